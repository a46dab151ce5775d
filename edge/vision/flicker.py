"""Flicker: how often each pixel of a sliding window of pictures turned flame-coloured and back."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.frames import Picture, as_picture


class _Look(NamedTuple):
    time_s: float
    flame: NDArray[np.bool_]
    luma: Picture
    changed: NDArray[np.bool_]
    stirred: Picture


class Flicker:
    """Sums over the window, kept up to date as pictures enter and leave it.

    `seen`: pictures in which a pixel had flame colour; `changes`: how often that changed;
    `stir`: sum of its changes of luma, grey levels. All of the pictures' shape, H×W.
    """

    def __init__(self, shape: tuple[int, ...], length_s: float) -> None:
        self._length_s = length_s
        self._looks: deque[_Look] = deque()
        self.seen: NDArray[np.int16] = np.zeros(shape, np.int16)
        self.changes: NDArray[np.int16] = np.zeros(shape, np.int16)
        self.stir: NDArray[np.int32] = np.zeros(shape, np.int32)

    @property
    def pictures(self) -> int:
        """How many pictures the window holds."""
        return len(self._looks)

    @property
    def span_s(self) -> float:
        """Seconds from the window's oldest to its newest picture."""
        return self._looks[-1].time_s - self._looks[0].time_s if self._looks else 0.0

    @property
    def newest_s(self) -> float | None:
        """Time of the newest picture."""
        return self._looks[-1].time_s if self._looks else None

    def add(self, flame: NDArray[np.bool_], luma: Picture, time_s: float) -> None:
        """Take a picture's flame-coloured pixels and its luma; let the oldest ones go."""
        if self._looks:
            last = self._looks[-1]
            changed, stirred = flame ^ last.flame, as_picture(cv2.absdiff(luma, last.luma))
        else:
            changed, stirred = np.zeros_like(flame), np.zeros_like(luma)
        self._looks.append(_Look(time_s, flame, luma, changed, stirred))
        self.seen += flame
        self.changes += changed
        self.stir += stirred
        while time_s - self._looks[0].time_s > self._length_s:
            old = self._looks.popleft()
            self.seen -= old.flame
            self.changes -= old.changed
            self.stir -= old.stirred

    def areas(self, part: tuple[slice, slice], blob: NDArray[np.bool_]) -> list[int]:
        """Flame-coloured pixels of a blob in each picture, oldest first."""
        return [int(np.count_nonzero(look.flame[part] & blob)) for look in self._looks]
