from __future__ import annotations

import tracemalloc

import pytest

from ingest.packets import Incoming
from ingest.plain import Handful, PlainReader
from tests.ingest.make import NOW, settings


def read(reader: PlainReader, topic: str, payload: bytes) -> Handful | None:
    [run] = reader.read([Incoming(topic, payload, 1, 1, retained=False)], NOW)
    return run.readings


def test_a_good_value_is_read_and_all_else_is_left_to_the_decoder() -> None:
    reader = PlainReader(settings())
    found = read(reader, "gw/1/s/devices/d/flow", b'{"value": 1}')
    assert found is not None
    assert (found.devices, found.quantities, found.timed) == (["d"], ["flow"], False)
    assert (found.values.tolist(), found.times.tolist()) == ([1.0], [NOW])
    for topic, payload in [
        ("gw/1/s/devices/d/flow", b"high"),
        ("gw/1/s/devices/d/flow", b'{"value": 1, "time": "1999-12-31T00:00:00Z"}'),
        ("gw/1/s/devices/d/swipe", b"1"),
        ("gw/1/s/devices/d d/flow", b"1"),
        ("gw/1/s s/devices/d/flow", b"1"),
        ("gw/1/s/agents/d/state", b"1"),
    ]:
        assert read(reader, topic, payload) is None


def test_a_run_is_read_as_its_messages_are_alone() -> None:
    payloads = [
        b'{"value": 0.31, "time": "2026-11-18T09:46:40.5+08:00"}',
        b'{"value": 0.31, "time": 1794999999.123456, "more": [1]}',
        b'{"value": 2, "time": "2026-11-18T01:46:40.654321Z"}',
    ] * 5
    messages = [
        Incoming(f"gw/1/s/devices/d{number % 4}/flow", payload, number, 1, retained=False)
        for number, payload in enumerate(payloads)
    ]
    [together] = PlainReader(settings()).read(messages, NOW)
    alone = [run for m in messages for run in PlainReader(settings()).read([m], NOW)]
    assert together.readings is not None
    singly = [run.readings for run in alone if run.readings is not None]
    assert together.readings.times.tolist() == [int(each.times[0]) for each in singly]
    assert together.readings.values.tolist() == [float(each.values[0]) for each in singly]
    assert together.readings.devices == [each.devices[0] for each in singly]


@pytest.mark.parametrize(
    "odd",
    [b"1", b"high", b'{"value": 1, "time": "2026-11-18T01:46:40"}', b'{"value": 1, "time": 0}'],
)
def test_one_odd_message_in_a_run_changes_nothing_for_the_others(odd: bytes) -> None:
    fine = b'{"value": 1, "time": "2026-11-18T01:46:40Z"}'
    messages = [
        Incoming("gw/1/s/devices/d/flow", odd if number == 7 else fine, number, 1, retained=False)
        for number in range(20)
    ]
    runs = list(PlainReader(settings()).read(messages, NOW))
    assert [message.mid for run in runs for message in run.messages] == list(range(20))
    timed = [run.readings for run in runs if run.readings is not None and run.readings.timed]
    assert sum(len(each.devices) for each in timed) == 19


def test_topics_that_a_sender_invents_take_little_memory() -> None:
    reader = PlainReader(settings())
    tracemalloc.start()
    try:
        for number in range(500):
            assert read(reader, f"gw/1/{number}{'x' * 60_000}/devices/d/flow", b"1") is None
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()
