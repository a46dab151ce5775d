"""Finding: one thing that vision sees in a camera's picture at one moment."""

from __future__ import annotations

from typing import Literal, NamedTuple

from edge.vision.frames import Box

FindingKind = Literal["lane_occupied", "fire", "lens_covered"]


class Finding(NamedTuple):
    """`score` is 0 to 1: of a lane its occupied share, of a fire how much of it flickers, of a
    covered lens how much of the scene's detail is gone. `zone` is empty for the whole picture.
    """

    kind: FindingKind
    zone: str
    score: float
    box: Box | None
