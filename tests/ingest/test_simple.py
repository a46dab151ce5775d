from __future__ import annotations

import pytest

from edge.wire import Direction, device_topic
from ingest.arrival import Arrival, Entry, Refusal
from ingest.decode import Decoder
from ingest.person import PersonKeys
from tests.ingest.make import KEY, NOW, SECOND, SITE, decoder


def told(quantity: str, payload: str, by: Decoder | None = None) -> Entry:
    topic = device_topic(SITE, "device-1", quantity)
    return (by or decoder()).decode(topic, payload.encode(), NOW)


def arrived(quantity: str, payload: str, by: Decoder | None = None) -> Arrival:
    entry = told(quantity, payload, by)
    assert isinstance(entry, Arrival)
    return entry


@pytest.mark.parametrize(
    ("payload", "time"),
    [
        ("0.31", NOW),
        (' {"value": 0.31} ', NOW),
        (f'{{"value": 0.31, "time": {NOW // SECOND}}}', NOW),
        ('{"value": 0.31, "time": "2026-11-18T09:46:40.5+08:00"}', 1_794_966_400_500_000),
        ('{"value": 0.31, "time": "2026-11-18T01:46:40Z", "more": [1]}', 1_794_966_400_000_000),
    ],
)
def test_a_value_is_read_in_each_of_its_forms(payload: str, time: int) -> None:
    batch = arrived("pressure", payload).batch
    assert (batch.devices, batch.quantities) == (["device-1"], ["pressure"])
    assert (batch.readings.times().tolist(), batch.readings.values().tolist()) == ([time], [0.31])


def test_a_swipe_becomes_a_person_at_a_reader() -> None:
    [swipe] = arrived("swipe", '{"card":"0451","direction":"out","granted":false}').batch.swipes
    assert (swipe.reader, swipe.time) == ("device-1", NOW)
    assert swipe.person == PersonKeys(KEY).of("0451")
    assert (swipe.direction, swipe.granted, swipe.reason) == (Direction.OUT, False, "")
    told = '{"card":"0451","granted":false,"reason":"denied-passback"}'
    assert arrived("swipe", told).batch.swipes[0].reason == "denied-passback"


def test_a_state_keeps_its_detail() -> None:
    [state] = arrived("state", '{"state":"fault","detail":{"code":7}}').batch.states
    assert (state.state, state.detail) == ("fault", {"code": 7})


@pytest.mark.parametrize(
    ("quantity", "payload", "reason"),
    [
        ("swipe", '{"card":"0451","reason":"card 0451"}', "not JSON"),
        ("pressure", "", "not JSON"),
        ("pressure", "high", "not JSON"),
        ("pressure", '"0.31"', "not JSON"),
        ("pressure", "{}", "missing required field `value`"),
        ("pressure", '{"value": "0.31"}', "Expected `float`"),
        ("pressure", '{"value": 1, "time": "yesterday"}', "is not ISO 8601"),
        ("pressure", '{"value": 1, "time": "2026-11-18T01:46:40"}', "has no zone"),
        ("pressure", '{"value": 1, "time": 1e300}', "not seconds since 1970"),
        ("swipe", "{}", "missing required field `card`"),
        ("swipe", '{"card": ""}', "empty card"),
        ("swipe", '{"card": "1", "direction": "up"}', "Invalid enum value"),
        ("state", '{"state": "on fire!"}', "regex"),
        ("pressure", "\udcff", "not JSON"),
        ("pressure", '{"value": "\udcff"}', "not JSON"),
        ("state", '{"state": "fault", "detail": {"code": 99999999999999999999}}', "too large"),
    ],
)
def test_what_is_not_of_this_form_is_refused_with_its_reason(
    quantity: str, payload: str, reason: str
) -> None:
    topic = device_topic(SITE, "device-1", quantity)
    raw = payload.encode(errors="surrogateescape")
    entry = decoder().decode(topic, raw, NOW)
    assert isinstance(entry, Refusal)
    assert reason in entry.letter.reason
    assert entry.identity is None


def test_a_refused_swipe_hides_its_card() -> None:
    entry = told("swipe", '{"card": "0451", "direction": "up"}')
    assert isinstance(entry, Refusal)
    assert b"0451" not in entry.letter.payload
    assert b'"up"' in entry.letter.payload


def test_a_message_with_a_time_is_the_same_however_often_and_wherever_it_is_told() -> None:
    payload = '{"value": 1, "time": 1795000000}'
    first = arrived("flow", payload, decoder(epoch=1)).identity
    assert first == arrived("flow", payload, decoder(epoch=2)).identity
    assert first != arrived("pressure", payload).identity
    assert first != arrived("flow", payload.replace("1,", "2,")).identity
    assert 0 <= first.seq < 1 << 63


def test_a_message_without_a_time_counts_each_time() -> None:
    one, other = decoder(epoch=1), decoder(epoch=2)
    identities = {arrived("flow", "1", by).identity for by in (one, one, other, other)}
    assert len(identities) == 4


def test_a_value_far_in_the_past_is_a_dead_letter() -> None:
    entry = arrived("flow", '{"value": 1, "time": "1999-12-31T00:00:00Z"}')
    assert (len(entry.batch), entry.refused, entry.items) == (0, 1, 1)


def test_a_retained_swipe_is_the_same_however_often_a_worker_starts() -> None:
    topic = device_topic(SITE, "device-1", "swipe")
    first, second = (
        decoder(epoch).decode(topic, b'{"card": "1"}', NOW + epoch, retained=True)
        for epoch in (1, 2)
    )
    assert isinstance(first, Arrival)
    assert isinstance(second, Arrival)
    assert first.identity == second.identity
    assert not first.standing


@pytest.mark.parametrize(("quantity", "payload"), [("flow", "1"), ("state", '{"state": "fault"}')])
def test_what_was_retained_without_a_time_stands_to_be_compared(
    quantity: str, payload: str
) -> None:
    topic = device_topic(SITE, "device-1", quantity)
    entry = decoder().decode(topic, payload.encode(), NOW, retained=True)
    assert isinstance(entry, Arrival)
    assert entry.standing
    assert entry.identity is None
