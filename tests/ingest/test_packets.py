from __future__ import annotations

import random
import tracemalloc

import pytest

from ingest import packets
from ingest.packets import Control, Cutter, Incoming, PacketError

_QOS_1 = b"\x32\x0b\x00\x01t\x00\x07\x03\x01\x01\x00ab"  # with one property of two bytes
_STREAM = (
    packets.publish("a/b", b"x" * 200)
    + _QOS_1
    + b"\x90\x04\x00\x01\x00\x00"
    + packets.publish("井", b"")
    + b"\xd0\x00"
)
_MESSAGES = [
    Incoming("a/b", b"x" * 200, 0, 0, retained=False),
    Incoming("t", b"ab", 7, 1, retained=False),
    Incoming("井", b"", 0, 0, retained=False),
]


@pytest.mark.parametrize("seed", range(20))
def test_packets_are_the_same_in_whatever_pieces_they_come(seed: int) -> None:
    drawn, cutter = random.Random(seed), Cutter()
    messages: list[Incoming] = []
    others: list[Control] = []
    rest = _STREAM
    while rest:
        size = drawn.randint(1, 40)
        came, told = cutter.cut(rest[:size])
        messages += came
        others += told
        rest = rest[size:]
    assert messages == _MESSAGES
    assert [control.kind for control in others] == [packets.SUBACK, 13]


@pytest.mark.parametrize(
    "data", [b"\x30\xff\xff\xff\xff\xff", b"\x30\x01\x00", b"\x30\x04\x00\x02\xff\xfe", b"\x32\x00"]
)
def test_what_is_no_mqtt_ends_the_connection(data: bytes) -> None:
    with pytest.raises(PacketError):
        Cutter().cut(data)


def test_topics_that_a_sender_invents_take_little_memory() -> None:
    cutter = Cutter()
    tracemalloc.start()
    try:
        for number in range(500):
            assert len(cutter.cut(packets.publish(f"{number}{'x' * 60_000}", b""))[0]) == 1
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()
