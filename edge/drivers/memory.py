"""Memory: a camera's background on disk, so that a restart still knows the clear lanes."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import cv2
import numpy as np

from edge.vision.frames import Picture, as_picture
from edge.wire import Micros

SAVE_S = 30.0  # ours: a killed agent loses so much of what it learnt last
STALE_S = 6 * 3600.0  # ours: by then the light has changed so much that it is learnt again

log = logging.getLogger(__name__)


def recall(path: Path, now: Micros) -> Picture | None:
    """The background saved there, unless there is none, it is stale or can't be read."""
    try:
        age_s = now / 1e6 - path.stat().st_mtime
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("background can't be read: file=%s error=%s", path.name, error)
        return None
    if not 0 <= age_s + 1 <= STALE_S or data.size == 0:
        return None
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if picture is None:
        log.warning("background is no picture, learning anew: file=%s", path.name)
        return None
    return as_picture(picture)


def remember(path: Path, background: Picture) -> None:
    """Save a background as PNG, whole or not at all. A disk that refuses is only logged."""
    unfinished = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        done, data = cv2.imencode(".png", background)
        if not done:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(data.tobytes())
        unfinished.replace(path)
    except OSError as error:
        log.warning("background can't be saved: file=%s error=%s", path.name, error)
