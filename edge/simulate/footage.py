"""Footage: what happens before the campus's cameras, and its rendering as real video files.

Each camera plays one loop of `LOOP_S` seconds again and again; everything in it follows from the
seed. `camera-4` is the control: ordinary traffic, of which nothing may be reported.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

import cv2
import numpy as np

from edge.simulate.scenes import (
    HEIGHT,
    LANE,
    WIDTH,
    Scene,
    Span,
    control_scene,
    corridor_scene,
    fire_scene,
    lane_scene,
)
from edge.vision.frames import Polygon

CAMERAS = ("camera-1", "camera-2", "camera-3", "camera-4")
LOOP_S = 90.0
FPS = 8.0

_CODEC = "mp4v"  # MPEG-4 part 2: the one inter-frame codec that the wheel's FFmpeg writes fast
_LOOK = 1

CameraEventKind = Literal["lane_blocked", "camera_fire", "lens_covered"]


class FootageError(RuntimeError):
    """The footage can't be written; the text says what to mend."""


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


def camera_zones(camera: str) -> dict[str, Polygon]:
    """The fire lanes that a camera watches, as shares of its frame."""
    return {"fire-lane": LANE} if camera in ("camera-1", "camera-4") else {}


def camera_scene(camera: str, seed: int) -> Scene:
    """What this camera sees at every second of its loop.

    Raises:
        ValueError: no such camera.
    """
    spans = {event.camera: Span(event.start_s, event.end_s) for event in camera_events(seed)}
    title = camera.upper()
    match camera:
        case "camera-1":
            return lane_scene(seed, title, LOOP_S, spans[camera])
        case "camera-2":
            return fire_scene(seed, title, LOOP_S, spans[camera])
        case "camera-3":
            return corridor_scene(seed, title, LOOP_S, spans[camera])
        case "camera-4":
            return control_scene(seed, title, LOOP_S)
        case _:
            raise ValueError(f"no camera {camera!r}; there are {', '.join(CAMERAS)}")


def footage_path(directory: Path, camera: str, seed: int) -> Path:
    """Where `render` callers keep a camera's loop; a new look of the scenes changes the name."""
    return directory / f"{camera}-seed{seed}-v{_LOOK}.mp4"


def render(camera: str, seed: int, path: Path) -> Path:
    """Write one camera's loop as a video file, unless it is there already.

    About 2 s of CPU and 2 MB. The file appears whole or not at all, so that an interrupted
    rendering is never mistaken for footage.

    Raises:
        ValueError: no such camera.
        FootageError: OpenCV can't write video here.
    """
    if path.exists():
        return path
    scene = camera_scene(camera, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.stem}-{os.getpid()}{path.suffix}")
    codec = cv2.VideoWriter.fourcc(*_CODEC)
    writer = cv2.VideoWriter(str(unfinished), cv2.CAP_FFMPEG, codec, FPS, (WIDTH, HEIGHT))
    if not writer.isOpened():
        raise FootageError(
            f"OpenCV cannot write {_CODEC} video to {unfinished}: is the folder writable, and is"
            " cv2 the pip wheel opencv-python-headless (cv2.getBuildInformation() says FFMPEG YES)?"
        )
    try:
        for number in range(round(LOOP_S * FPS)):
            writer.write(scene(number / FPS))
    finally:
        writer.release()
    unfinished.replace(path)
    return path
