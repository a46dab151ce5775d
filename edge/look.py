"""Look: live pictures of a camera, which flow only while somebody looks.

Part of the contract of `edge.wire`. Whoever looks sends a `Look` again and again; the agent
publishes the camera's frames until the newest look has run out, by its own steady clock, so that
frames end by themselves. Both go at QoS 0 and never through spool or store: what is lost is not
sent again.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from edge.wire import MALFORMED, VERSION, Identifier, Micros, WireError

LONGEST_LOOK_S = 30.0  # ours: so long frames may flow after the last one who looked is gone
MAX_FRAME_BYTES = 40_000  # ours: 640 pixels wide at a quality that shows a face at ten metres
FRAMES_S = 4.0  # ours: a person who runs is seen in each square metre; 160 kB/s at the most


class Look(msgspec.Struct, frozen=True):
    """Send this camera's frames for so long from now; 0 ends it at once."""

    device: Identifier
    for_s: Annotated[float, msgspec.Meta(ge=0, le=LONGEST_LOOK_S)]


class Frame(msgspec.Struct, frozen=True, array_like=True):
    """One JPEG and its event time; `dropped` counts those left out before it in this look."""

    time: Micros
    jpeg: Annotated[bytes, msgspec.Meta(max_length=MAX_FRAME_BYTES)]
    dropped: int = 0


_look_decoder = msgspec.json.Decoder(Look)
_frame_decoder = msgspec.msgpack.Decoder(Frame)


def look_topic(site: str, agent: str) -> str:
    """Where an agent hears which of its cameras is looked at."""
    return f"gw/{VERSION}/{site}/agents/{agent}/look"


def frame_topic(site: str, agent: str, device: str) -> str:
    """Where an agent publishes the frames of a camera that is looked at."""
    return f"gw/{VERSION}/{site}/agents/{agent}/frame/{device}"


def encode_look(look: Look) -> bytes:
    """JSON of a look."""
    return msgspec.json.encode(look)


def decode_look(payload: bytes) -> Look:
    """Decode a look.

    Raises:
        WireError: not JSON, not of this form, or longer than `LONGEST_LOOK_S`.
    """
    try:
        return _look_decoder.decode(payload)
    except MALFORMED as error:
        raise WireError(f"not a look: {error}") from error


def encode_frame(frame: Frame) -> bytes:
    """MessagePack of a frame."""
    return msgspec.msgpack.encode(frame)


def decode_frame(payload: bytes) -> Frame:
    """Decode a frame.

    Raises:
        WireError: not MessagePack, not of this form, or too large.
    """
    try:
        return _frame_decoder.decode(payload)
    except MALFORMED as error:
        raise WireError(f"not a frame: {error}") from error
