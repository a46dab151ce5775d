from __future__ import annotations

import random
import tracemalloc
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import packets
from ingest.packets import MAX_PACKET_BYTES, Control, Cutter, Incoming, PacketError

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


_HOSTILE = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([_STREAM, _QOS_1, _QOS_1[:5], b"\x30", b"\x32\xff\xff\xff"]),
    st.tuples(st.integers(0, 255), st.binary(max_size=127)).map(
        lambda packet: bytes([packet[0], len(packet[1])]) + packet[1]
    ),
    st.tuples(st.integers(0, len(_STREAM) - 1), st.integers(0, 255)).map(
        lambda change: _STREAM[: change[0]] + bytes([change[1]]) + _STREAM[change[0] + 1 :]
    ),
)


def _cut(pieces: Sequence[bytes]) -> tuple[list[Incoming], list[Control], bool]:
    """What is cut of the pieces, and whether the cutter refused; what it refuses counts as none."""
    cutter = Cutter()
    messages: list[Incoming] = []
    others: list[Control] = []
    try:
        for piece in pieces:
            came, told = cutter.cut(piece)
            messages += came
            others += told
    except PacketError:
        return [], [], True
    return messages, others, False


@pytest.mark.parametrize("at", range(len(_STREAM)))
def test_a_packet_may_break_off_at_any_byte(at: int) -> None:
    cutter = Cutter()
    came = [cutter.cut(piece)[0] for piece in (_STREAM[:at], _STREAM[at:])]
    assert came[0] + came[1] == _MESSAGES


@given(st.lists(_HOSTILE, max_size=6).map(b"".join), st.lists(st.integers(0, 300), max_size=20))
def test_hostile_bytes_are_cut_alike_in_all_pieces_or_refused(data: bytes, at: list[int]) -> None:
    places = sorted({0, len(data), *(min(each, len(data)) for each in at)})
    pieces = [data[start:end] for start, end in pairwise(places)]
    assert _cut(pieces) == _cut([data])


@given(st.sampled_from([packets.CONNACK, packets.SUBACK, packets.DISCONNECT]), st.binary())
def test_answers_of_any_bytes_have_reasons_or_are_refused(kind: int, body: bytes) -> None:
    with suppress(PacketError):
        assert packets.reasons(kind, body)


def test_a_packet_that_would_take_too_much_memory_is_refused_at_its_head() -> None:
    most = MAX_PACKET_BYTES.to_bytes(4, "big")
    assert most in packets.connect(
        "w",
        keepalive_s=1,
        session_expiry_s=1,
        receive_maximum=1,
        username=None,
        password=None,
    )
    with pytest.raises(PacketError, match="more than we let"):
        Cutter().cut(b"\x30\xff\xff\xff\x7f")


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
    "data",
    [
        b"\x30\xff\xff\xff\xff\xff",
        b"\x30\x01\x00",
        b"\x30\x04\x00\x02\xff\xfe",
        b"\x32\x00",
        b"\x30\x04\x00\x01t\x05",
        b"\x30\x04\x00\x01t\xff",
        b"\x32\x06\x00\x01t\x00\x00\x00",
        b"\x34\x06\x00\x01t\x00\x01\x00",
    ],
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
