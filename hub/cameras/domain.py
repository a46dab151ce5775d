"""Live pictures of cameras: who looks at what, why a picture is not live, and how it is framed.

Pure. Times are seconds of a clock that is never set, but for a frame's own, which is event time in
microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from edge.look import Frame

RENEW_S = 5.0  # ours: a look lasts for three renewals, so that two may be lost
LOOK_S = 15.0
FIRST_S = 4.0  # ours: a camera that is looked at shows its first picture within so long
STALL_S = 3.0  # ours: a dozen frames missing
MOST_VIEWERS = 32  # ours: screens of one hub, 5 MB/s for each four cameras on all of them
MOST_CAMERAS = 16  # ours: pictures on one wall; more are not told apart from three metres
BOUNDARY = "frame"

Sight = Literal["waiting", "live", "no_link", "no_frames"]


class Watch(msgspec.Struct, frozen=True):
    """One camera that is looked at, and when its last frame came."""

    since: float
    last: float | None = None


def sight(watch: Watch, *, linked: bool, now: float) -> Sight:
    """Whether a camera's picture is live, and if not, why, as far as the hub can tell.

    `no_link`: the hub has no broker. `no_frames`: the agent was asked and sends none.
    """
    if watch.last is not None and now - watch.last <= STALL_S:
        return "live"
    if not linked:
        return "no_link"
    if watch.last is None and now - watch.since <= FIRST_S:
        return "waiting"
    return "no_frames"


def picture_part(camera: str, frame: Frame) -> bytes:
    """A frame as one part of a multipart answer."""
    head = {"Content-Type": "image/jpeg", "X-Camera": camera, "X-Time": str(frame.time)}
    return _part(head, frame.jpeg)


def sight_part(camera: str, seen: Sight) -> bytes:
    """Whether a camera is live as one part of a multipart answer."""
    body = msgspec.json.encode({"camera": camera, "sight": seen})
    return _part({"Content-Type": "application/json"}, body)


def _part(head: dict[str, str], body: bytes) -> bytes:
    lines = [f"--{BOUNDARY}", *(f"{name}: {value}" for name, value in head.items())]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body + b"\r\n"


def renewals(watched: Iterable[str], renewed: dict[str, float], now: float) -> list[str]:
    """The cameras whose look must be sent again."""
    return [one for one in watched if now - renewed.get(one, -RENEW_S) >= RENEW_S]
