from __future__ import annotations

import msgspec
import pytest

from edge.wire import Swipe, encode_batch
from ingest.mask import mask_batch, mask_json, mask_record, mask_swipe, mask_urls
from ingest.person import PersonKeys
from tests.ingest.make import KEY, NOW, batch, readings

PERSONS = PersonKeys(KEY)


def test_a_batch_changes_nowhere_but_in_its_cards() -> None:
    made = batch(1, readings(2), swipes=[Swipe("r", NOW, "0451"), Swipe("r", NOW, "0452")])
    masked = msgspec.msgpack.decode(mask_batch(encode_batch(made), PERSONS))
    whole = msgspec.msgpack.decode(encode_batch(made))
    assert [swipe[2] for swipe in masked[9]] == [PERSONS.mask("0451"), PERSONS.mask("0452")]
    for swipe, card in zip(masked[9], ("0451", "0452"), strict=True):
        swipe[2] = card
    assert masked == whole


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x90", b"\x91" * 100_000])
def test_what_is_no_batch_stays_as_it_came(payload: bytes) -> None:
    assert mask_batch(payload, PERSONS) == payload


@pytest.mark.parametrize(
    "swipes",
    [
        [["r", NOW, "CARD-0451"], None],
        [["r", NOW, "CARD-0451"], {"card": "CARD-0451"}, "CARD-0451"],
        [["r", NOW, ["CARD-0451"]]],
        {"card": "CARD-0451"},
        "CARD-0451",
    ],
)
def test_no_wrong_form_of_one_swipe_shows_a_card(swipes: object) -> None:
    parts = [1, "a", 1, 1, 1, "live", [], [], [], swipes, [], []]
    masked = mask_batch(msgspec.msgpack.encode(parts), PERSONS)
    assert b"0451" not in masked
    assert msgspec.msgpack.decode(masked)[:9] == parts[:9]


@pytest.mark.parametrize("reason", ["card-0451", ["0451"], 451, None])
def test_a_card_in_the_place_of_the_reason_is_not_shown(reason: object) -> None:
    swipe = ["r", NOW, "0451", 1, True, reason]
    parts = [1, "a", 1, 1, 1, "live", [], [], [], [swipe], [], []]
    assert b"451" not in mask_batch(msgspec.msgpack.encode(parts), PERSONS)
    told = {"card": "0451", "reason": reason}
    assert b"451" not in mask_swipe(msgspec.json.encode(told), PERSONS)
    good = msgspec.json.encode({"card": "0451", "reason": "duress"})
    assert b"duress" in mask_swipe(good, PERSONS)


def test_a_batch_that_cannot_be_read_keeps_its_form_and_shows_no_card() -> None:
    payload = encode_batch(batch(1, swipes=[Swipe("r", NOW, "card-0451")]))
    cut = mask_batch(payload[:-1], PERSONS)
    assert len(cut) == len(payload) - 1
    assert b"0451" not in cut
    assert b"0451" not in mask_batch(payload.replace(b"live", b"li\xff\xff"), PERSONS)


def test_a_swipe_too_short_for_a_card_does_not_hide_the_next_one() -> None:
    parts = [1, "a", 1, 1, 1, "live", [], [], [], [["r", 1], ["r", 1, "0451"]], [], []]
    masked = msgspec.msgpack.decode(mask_batch(msgspec.msgpack.encode(parts), PERSONS))
    assert masked[9] == [["r", 1], ["r", 1, PERSONS.mask("0451")]]


def test_json_hides_a_card_of_any_type() -> None:
    assert msgspec.json.decode(mask_json(b'{"card": 451, "x": 1}', PERSONS)) == {
        "card": PERSONS.mask("451"),
        "x": 1,
    }
    for payload in (b"0.31", b"{", b"[]", b'{"x": 1}', b"[" * 100_000):
        assert mask_json(payload, PERSONS) == payload


@pytest.mark.parametrize(
    "payload", [b"{card:0451}", b'{"Card": "0451"}', b'["0451"]', b'{"card": "\xff0451"}', b"0451"]
)
def test_a_swipe_whose_card_cannot_be_told_keeps_its_form_only(payload: bytes) -> None:
    masked = mask_swipe(payload, PERSONS)
    assert b"0451" not in masked
    assert masked[:1] in (payload[:1], b"#")


def test_a_record_shows_no_card() -> None:
    assert mask_record("noon,0451,r", "0451", PERSONS) == f"noon,{PERSONS.mask('0451')},r"
    assert mask_record("noon;王小明;0451", "", PERSONS) == "#;#;#"
    assert mask_record('noon,"a""b",r', 'a"b', PERSONS) == '#,"#""#",#'


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("rtsp://u:p@w@10.0.0.7:554/1 does not answer", "rtsp://…@10.0.0.7:554/1 does not answer"),
        ('{"a": "http://u@h/", "b": "x@y"}', '{"a": "http://…@h/", "b": "x@y"}'),
        ("http://h/a@b and mail@example", "http://h/a@b and mail@example"),
    ],
)
def test_no_name_or_password_stays_in_an_address(text: str, masked: str) -> None:
    assert mask_urls(text) == masked
