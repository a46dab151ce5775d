from __future__ import annotations

import msgspec
import pytest

from edge.wire import Swipe, encode_batch
from ingest.mask import mask_batch, mask_json
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


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x90", b"\x91" * 100_000, b"plain text"])
def test_what_is_no_batch_stays_as_it_came(payload: bytes) -> None:
    assert mask_batch(payload, PERSONS) == payload


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
