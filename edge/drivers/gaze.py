"""Gaze: a camera's live pictures while somebody looks: paced, bounded, the newest one only."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import cv2

from edge.look import FRAMES_S, MAX_FRAME_BYTES, Frame
from edge.vision.frames import Picture
from edge.vision.snapshot import SnapshotError, jpeg
from edge.wire import Micros

# Width and JPEG quality, the best first: the first that is small enough is sent.
_TRIES = ((640, 60), (640, 40), (480, 40), (320, 30), (160, 30))

log = logging.getLogger(__name__)


class Gaze:
    """Holds at most one frame of one camera. Any thread may call any method.

    Without a look nothing is encoded. A frame that nobody took in time gives way to the next one
    and is counted.
    """

    def __init__(self, device: str, monotonic: Callable[[], float]) -> None:
        self._device, self._monotonic = device, monotonic
        self._lock = threading.Lock()
        self._until = self._due = 0.0
        self._frame: tuple[Micros, bytes] | None = None
        self._dropped = 0

    def look(self, seconds: float) -> None:
        """Let frames flow for so long from now; 0 ends it."""
        with self._lock:
            if seconds > 0 and self._monotonic() >= self._until:
                log.info("looked at: device=%s", self._device)
                self._dropped = 0
                self._frame = None  # of a look that ran out
            self._until = self._monotonic() + seconds
            if seconds == 0:
                self._frame = None

    def see(self, frame: Picture, time: Micros) -> None:
        """Keep a frame if somebody looks and one is due."""
        now = self._monotonic()
        with self._lock:
            if now >= self._until or now < self._due:
                return
            self._due = max(self._due + 1 / FRAMES_S, now)
        try:
            data = jpeg(frame, _TRIES, MAX_FRAME_BYTES)
        except (SnapshotError, cv2.error):
            log.exception("no frame: device=%s", self._device)
            return
        with self._lock:
            self._dropped += self._frame is not None
            self._frame = (time, data)

    def take(self) -> Frame | None:
        """The newest frame that was not taken yet, while somebody looks."""
        with self._lock:
            if self._frame is None or self._monotonic() >= self._until:
                return None
            (time, data), self._frame = self._frame, None
            return Frame(time, data, self._dropped)

    def drop(self) -> None:
        """Count a frame that was taken and could not be sent."""
        with self._lock:
            self._dropped += 1
