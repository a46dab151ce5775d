from __future__ import annotations

import tracemalloc

from ingest.plain import PlainReader
from tests.ingest.make import NOW, settings


def test_a_good_value_is_read_and_all_else_is_left_to_the_decoder() -> None:
    reader = PlainReader(settings())
    found = reader.read("gw/1/s/devices/d/flow", b'{"value": 1}', NOW)
    assert found is not None
    assert (found.device, found.quantity, found.value, found.timed) == ("d", "flow", 1.0, False)
    for topic, payload in [
        ("gw/1/s/devices/d/flow", b"high"),
        ("gw/1/s/devices/d/flow", b'{"value": 1, "time": "1999-12-31T00:00:00Z"}'),
        ("gw/1/s/devices/d/swipe", b"1"),
        ("gw/1/s/devices/d d/flow", b"1"),
        ("gw/1/s s/devices/d/flow", b"1"),
        ("gw/1/s/agents/d/state", b"1"),
    ]:
        assert reader.read(topic, payload, NOW) is None


def test_topics_that_a_sender_invents_take_little_memory() -> None:
    reader = PlainReader(settings())
    tracemalloc.start()
    try:
        for number in range(500):
            assert reader.read(f"gw/1/{number}{'x' * 60_000}/devices/d/flow", b"1", NOW) is None
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()
