from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge.columns import Reading
from edge.wire import (
    MAX_BATCH_BYTES,
    AgentState,
    Detection,
    DeviceState,
    Rejected,
    Swipe,
    batch_topic,
    encode_agent_state,
    encode_batch,
    encode_rejected,
    rejected_topic,
    state_topic,
)
from ingest.arrival import Arrival, Identity, Refusal, Reply, Report
from ingest.clock import DAY
from ingest.decode import is_urgent_topic
from ingest.person import PersonKeys
from tests.ingest.make import (
    AGENT,
    EPOCH,
    KEY,
    NOW,
    SECOND,
    SITE,
    arrival,
    batch,
    decoded,
    decoder,
    readings,
)

BULK = batch_topic(SITE, AGENT, "bulk")


def refusal(topic: str, payload: bytes) -> Refusal:
    entry = decoder().decode(topic, payload, NOW)
    assert isinstance(entry, Refusal)
    return entry


def test_a_good_batch_arrives_whole_with_persons_in_place_of_cards() -> None:
    made = batch(3, readings(2), swipes=[Swipe("reader-1", NOW, "0451")])
    entry = arrival(made)
    assert entry.identity == Identity(AGENT, EPOCH, 3)
    assert entry.reply == Reply(SITE, AGENT)
    assert entry.batch.readings == made.readings
    assert entry.batch.swipes[0].person == PersonKeys(KEY).of("0451")
    assert (entry.items, entry.refused) == (3, 0)


def test_a_batch_is_known_by_when_it_was_cut_and_whether_it_may_overtake() -> None:
    made = batch(3, readings(2))
    for channel in ("urgent", "bulk"):
        entry = decoder().decode(batch_topic(SITE, AGENT, channel), encode_batch(made), NOW)
        assert isinstance(entry, Arrival)
        assert (entry.batch.made, entry.batch.urgent) == (made.made, channel == "urgent")


def test_bad_items_leave_their_batch_and_the_counts_add_up() -> None:
    made = batch(
        1,
        [
            Reading("a", "flow", NOW, 1.0),
            Reading("b", "flow", NOW, float("inf")),
            Reading("c", "flow", NOW - 91 * DAY, 1.0),
            Reading("d", "flow", NOW + 301 * SECOND, 1.0),
            Reading("e", "flow", -(1 << 63), float("nan")),  # breaks two rules, counts once
        ],
        swipes=[Swipe("r", NOW - 91 * DAY, "0451")],
        detections=[
            Detection("cam", NOW, "fire", "z\0", 0.5),
            Detection("cam", NOW, "fire", "z", 1.5),
            Detection("cam", NOW, "fire", "z", 0.5, (0.0, 0.0, float("nan"), 1.0)),
        ],
        states=[DeviceState("cam", NOW, "fault", {"text": "a\0b"}), DeviceState("s", NOW, "ok")],
    )
    entry = arrival(made)
    assert entry.items == len(made) == 11
    assert entry.refused == 9
    assert entry.batch.devices == made.devices
    assert entry.batch.readings.values().tolist() == [1.0]
    assert [state.device for state in entry.batch.states] == ["s"]
    by_reason = {letter.reason: msgspec.json.decode(letter.payload) for letter in entry.letters}
    assert {reason: len(content) for reason, content in by_reason.items()} == {
        "a value is no number within ±1e100, or a score or box is out of range": 4,
        "a text holds a NUL character": 2,
        "event time more than 90 days old": 2,
        "event time more than 300 s ahead": 1,
    }
    not_finite = by_reason["a value is no number within ±1e100, or a score or box is out of range"]
    assert not_finite[0] == {"device": "b", "quantity": "flow", "time": NOW, "value": "inf"}
    assert b"0451" not in b"".join(letter.payload for letter in entry.letters)


def test_times_at_the_limits_are_good() -> None:
    made = [
        Reading("a", "flow", NOW - 90 * DAY, 1.0),
        Reading("a", "flow", NOW + 300 * SECOND, 1.0),
    ]
    assert arrival(batch(1, made)).refused == 0


def test_a_courier_brings_old_records_but_none_before_2000() -> None:
    year_2000 = 946_684_800 * SECOND
    made = [Swipe("r", year_2000, "1"), Swipe("r", year_2000 - 1, "1")]
    entry = arrival(batch(1, swipes=made, origin="courier"))
    assert [swipe.time for swipe in entry.batch.swipes] == [year_2000]
    assert [letter.reason for letter in entry.letters] == ["event time before 2000-01-01"]


def test_a_broken_batch_whose_identity_can_be_read_is_refused_once_and_for_all() -> None:
    parts: list[Any] = msgspec.msgpack.decode(encode_batch(batch(9, readings(1))))
    parts[0] = 2
    entry = refusal(BULK, msgspec.msgpack.encode(parts))
    assert entry.letter.reason == "batch version 2, this side speaks 1"
    assert entry.identity == Identity(AGENT, EPOCH, 9)
    assert entry.reply == Reply(SITE, AGENT)


@pytest.mark.parametrize("place", range(12))
def test_a_batch_with_a_field_of_a_wrong_type_is_refused(place: int) -> None:
    parts: list[Any] = msgspec.msgpack.decode(encode_batch(batch(1, readings(1))))
    parts[place] = {"no": "such"}
    assert "not a batch" in refusal(BULK, msgspec.msgpack.encode(parts)).letter.reason


@pytest.mark.parametrize("length", range(12))
def test_a_batch_with_missing_fields_is_refused(length: int) -> None:
    parts: list[Any] = msgspec.msgpack.decode(encode_batch(batch(1, readings(1))))
    assert "not a batch" in refusal(BULK, msgspec.msgpack.encode(parts[:length])).letter.reason


def test_a_batch_is_refused_at_every_cut() -> None:
    payload = encode_batch(batch(1, readings(3), swipes=[Swipe("r", NOW, "1")]))
    for end in range(len(payload)):
        entry = refusal(BULK, payload[:end])
        assert len(entry.letter.payload) == end


@pytest.mark.parametrize(("epoch", "seq"), [(0, 1), (-1, 1), (1 << 63, 1), (1, 1 << 63)])
def test_an_identity_that_the_store_cannot_hold_is_refused(epoch: int, seq: int) -> None:
    made = msgspec.structs.replace(batch(1), epoch=epoch, seq=seq)
    entry = refusal(BULK, encode_batch(made))
    assert "outside" in entry.letter.reason
    assert entry.identity is None


def test_a_batch_under_another_agents_topic_is_refused() -> None:
    entry = refusal(batch_topic(SITE, "other", "bulk"), encode_batch(batch(4)))
    assert "on the topic of another" in entry.letter.reason
    assert entry.identity == Identity("other", EPOCH, 4)


def test_a_batch_beyond_the_bound_is_refused_with_its_cards_masked() -> None:
    many = [Swipe("reader-1", NOW + n, f"card-{n:09d}") for n in range(30_000)]
    payload = encode_batch(batch(1, swipes=many))
    assert len(payload) > MAX_BATCH_BYTES
    entry = refusal(BULK, payload)
    assert "send smaller batches" in entry.letter.reason
    assert b"card-" not in entry.letter.payload
    assert PersonKeys(KEY).mask("card-000000000").encode() in entry.letter.payload


@pytest.mark.parametrize("damage", [b"\xff\xff\xff\xff", b"\xc1\xc1\xc1\xc1"])
def test_a_batch_damaged_on_its_agents_disk_is_refused_once_and_for_all(damage: bytes) -> None:
    made = encode_batch(batch(9, readings(1), swipes=[Swipe("r", NOW, "card-0451")]))
    entry = refusal(BULK, made.replace(b"live", damage))
    assert entry.identity == Identity(AGENT, EPOCH, 9)
    assert entry.reply == Reply(SITE, AGENT)
    assert b"0451" not in entry.letter.payload


def test_a_reply_never_goes_to_a_site_that_is_none() -> None:
    for site in ("+", "", "a b"):
        entry = refusal(batch_topic(site, AGENT, "bulk"), encode_batch(batch(1)))
        assert (entry.identity, entry.reply) == (None, None)
        state = encode_agent_state(AgentState(agent=AGENT, online=True))
        assert "site" in refusal(state_topic(site, AGENT), state).letter.reason


@pytest.mark.parametrize("topic", ["gw/1/agents/devices/r/swipe", "gw/1/s/devices/agents/swipe"])
def test_a_device_or_site_called_agents_is_none(topic: str) -> None:
    assert is_urgent_topic(topic)
    letter = refusal(topic, b'{"card": "0451", "direction": "x"}').letter
    assert b"0451" not in letter.payload


def test_nesting_without_end_is_refused() -> None:
    payload = b"\x91" * 200_000
    assert refusal(BULK, payload).letter.payload == payload


def test_a_rejected_record_is_a_dead_letter_with_an_identity() -> None:
    record = Rejected(1, AGENT, EPOCH, 5, "log.csv", 12, "a;b", "no time", "b")
    entry = refusal(rejected_topic(SITE, AGENT), encode_rejected(record))
    assert entry.letter.reason == "log.csv, line 12: no time"
    assert entry.letter.payload == f"a;{PersonKeys(KEY).mask('b')}".encode()
    assert (entry.identity, entry.reply) == (Identity(AGENT, EPOCH, 5), Reply(SITE, AGENT))


def test_an_agents_state_is_a_report() -> None:
    state = AgentState(agent=AGENT, online=True, made=3)
    payload = encode_agent_state(state)
    entry = decoder().decode(state_topic(SITE, AGENT), payload, NOW, retained=True)
    assert entry == Report(SITE, state, NOW, retained=True)
    assert "of another" in refusal(state_topic(SITE, "b"), payload).letter.reason
    assert "not an agent's state" in refusal(state_topic(SITE, AGENT), b"{").letter.reason


@pytest.mark.parametrize("topic", ["x", "gw/1/campus/agents/a/ack", "gw/1/campus/devices/a"])
def test_a_topic_of_nobody_is_refused(topic: str) -> None:
    assert refusal(topic, b"1").letter.reason == "no topic of this contract"


def test_a_device_name_outside_the_alphabet_is_refused() -> None:
    assert "1 to 64" in refusal("gw/1/campus/devices/a b/flow", b"1").letter.reason


def test_urgent_topics_are_alarms_doors_swipes_and_states() -> None:
    device = "gw/1/s/devices/d/"
    urgent = [batch_topic(SITE, AGENT, "urgent"), state_topic(SITE, AGENT)]
    urgent += [device + quantity for quantity in ("alarm", "open", "swipe", "state")]
    assert all(is_urgent_topic(topic) for topic in urgent)
    assert not is_urgent_topic(BULK)
    assert not is_urgent_topic(device + "pressure")


def test_what_arrives_is_an_arrival() -> None:
    assert isinstance(decoded(batch(1)), Arrival)
