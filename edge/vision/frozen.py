"""Frozen: a camera that sends the same picture again and again.

A live sensor's noise changes every picture, even of an empty room at night.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from edge.vision.frames import Picture

FROZEN_S = 30.0  # ours: strong compression may repeat a still scene for some seconds


@dataclass(slots=True)
class Freeze:
    """How long one camera's picture has not changed by a single grey level."""

    _picture: Picture | None = None
    _since_s: float = 0.0

    def see(self, picture: Picture, time_s: float) -> bool:
        """Whether the picture has been frozen for `FROZEN_S`."""
        last = self._picture
        same = (
            last is not None
            and last.shape == picture.shape
            and cv2.norm(picture, last, cv2.NORM_INF) == 0
        )
        if not same:
            self._picture, self._since_s = picture, time_s
        return same and time_s - self._since_s >= FROZEN_S
