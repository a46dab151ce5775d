"""Footage: what happens before the campus's cameras, and its rendering as real video files.

Each camera plays one loop of `LOOP_S` seconds again and again; everything in it follows from the
seed. `camera-4` is the control: ordinary traffic, of which nothing may be reported.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

CAMERAS = ("camera-1", "camera-2", "camera-3", "camera-4")
LOOP_S = 90.0

CameraEventKind = Literal["lane_blocked", "camera_fire", "lens_covered"]


class CameraEvent(NamedTuple):
    """What a perfect observer of one camera's loop could see, in seconds from the loop's start.

    A lane is blocked while the vehicle stands in it, a fire lasts while flames show, a lens is
    covered while nothing of the scene can be made out.
    """

    camera: str
    kind: CameraEventKind
    start_s: float
    end_s: float


def camera_events(seed: int) -> list[CameraEvent]:
    """The events of one loop of every camera, ordered by start; the same for the same seed."""
    random = np.random.default_rng((seed, 0xCA3E))

    def between(low: float, high: float) -> float:
        return round(float(random.uniform(low, high)), 1)

    block, fire, cover = between(6.0, 8.0), between(18.0, 22.0), between(28.0, 32.0)
    return [
        CameraEvent("camera-1", "lane_blocked", block, round(block + between(38.0, 48.0), 1)),
        CameraEvent("camera-2", "camera_fire", fire, round(fire + between(24.0, 34.0), 1)),
        CameraEvent("camera-3", "lens_covered", cover, round(cover + between(14.0, 22.0), 1)),
    ]
