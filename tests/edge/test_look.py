"""Looks and frames: what goes over the wire while somebody looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.look import (
    LONGEST_LOOK_S,
    MAX_FRAME_BYTES,
    Frame,
    Look,
    decode_frame,
    decode_look,
    encode_frame,
    encode_look,
    frame_topic,
    look_topic,
)
from edge.wire import WireError


@given(st.binary(max_size=200), st.integers(0, 2**60), st.integers(0, 10**6))
def test_a_frame_comes_out_as_it_went_in(jpeg: bytes, time: int, dropped: int) -> None:
    frame = Frame(time, jpeg, dropped)
    assert decode_frame(encode_frame(frame)) == frame


def test_a_look_is_readable_and_bounded() -> None:
    assert encode_look(Look("camera-1", 15)) == b'{"device":"camera-1","for_s":15}'
    assert decode_look(b'{"device":"camera-1","for_s":0}') == Look("camera-1", 0)
    for wrong in (b"", b"{}", b'{"device":"a b","for_s":1}', b'{"device":"a","for_s":-1}'):
        with pytest.raises(WireError):
            decode_look(wrong)
    with pytest.raises(WireError):
        decode_look(encode_look(Look("camera-1", LONGEST_LOOK_S + 1)))


def test_a_frame_over_the_bound_is_refused() -> None:
    with pytest.raises(WireError):
        decode_frame(encode_frame(Frame(1, bytes(MAX_FRAME_BYTES + 1))))
    with pytest.raises(WireError):
        decode_frame(b"not a frame")


def test_topics_name_site_agent_and_camera() -> None:
    assert look_topic("s", "a") == "gw/1/s/agents/a/look"
    assert frame_topic("s", "a", "c") == "gw/1/s/agents/a/frame/c"
