"""Looking at this machine: disk, clocks, video."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from gridwarden.doctor.check import Check, judge_camera, judge_clock, judge_disk

_FRAMES = 5
_SIZE = (64, 48)  # width, height
_LOOK_S = 0.05


def nearest_folder(path: Path) -> Path:
    """The folder itself, or the first above it that exists."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def check_disk(data_dir: Path) -> Check:
    """Room where the data folder is or will be."""
    return judge_disk(shutil.disk_usage(nearest_folder(data_dir)).free, str(data_dir))


def check_clock(database_ahead_s: float | None, tolerance_s: float) -> Check:
    """Our clock against the file system's and the database's (None: it does not answer)."""
    wall, steady = time.time(), time.monotonic()
    time.sleep(_LOOK_S)
    drift_s = (time.time() - wall) - (time.monotonic() - steady)
    with tempfile.NamedTemporaryFile() as file:
        before = time.time()
        file.write(b"x")
        file.flush()
        written = Path(file.name).stat().st_mtime
    differences = {"file system": written - before}
    if database_ahead_s is not None:
        differences["database"] = database_ahead_s
    return judge_clock(wall, differences, drift_s, tolerance_s)


def check_camera() -> Check:
    """Write a short video and read it back, as a camera's driver would."""
    try:
        import cv2
        import numpy as np
    except ImportError as error:
        return Check("camera decoding", "fail", str(error), "pip install opencv-python-headless")
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "probe.avi")
        writer = cv2.VideoWriter(file, cv2.VideoWriter.fourcc(*"MJPG"), 10.0, _SIZE)
        for number in range(_FRAMES):
            writer.write(np.full((_SIZE[1], _SIZE[0], 3), 40 * number, dtype=np.uint8))
        writer.release()
        capture = cv2.VideoCapture(file)
        frames = 0
        while capture.read()[0]:
            frames += 1
        capture.release()
    ffmpeg = cv2.CAP_FFMPEG in cv2.videoio_registry.getStreamBackends()
    return judge_camera(cv2.__version__, frames, _FRAMES, ffmpeg)
