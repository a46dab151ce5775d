"""Lens: a camera that is covered, sprayed or blinded, judged against its own usual picture.

The picture is cut into tiles. A tile that usually shows edges and now shows hardly any has lost
its detail, whether it went dark, white or blurred; night that falls slowly moves what is usual.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.finding import Finding
from edge.vision.frames import Picture, shrink

TILES = (8, 6)  # ours: across and down; a burnt-in title fills three of them
DETAIL = 5.0  # ours: mean edge strength in grey levels from which a tile has something to lose
LOST_RATIO = 0.35  # ours: a third of the usual edges; halving the light leaves half of them
COVERED_SHARE = 0.8  # ours: of the tiles with detail
CONFIRM_S = 0.75  # ours: someone who passes close by hides the picture for less
USUAL_S = 60.0  # ours: time constant of what is usual
WARM_UP_S = 2.0  # ours: what is usual is the plain mean at first
BLANK_S = 10.0  # ours: a camera that has shown no detail for so long since its start is covered
FEWEST_TILES = 4  # ours: a view with less detail than this can't be judged


@dataclass(slots=True)
class Lens:
    """The usual picture of one camera; feed it pictures in the order of time."""

    _usual: NDArray[np.float32] | None = None
    _pictures: int = 0
    _started_s: float = 0.0
    _last_s: float = 0.0
    _since_s: float | None = None

    def see(self, picture: Picture, time_s: float) -> Finding | None:
        """Whether the lens is covered in this grey picture, and has been for `CONFIRM_S`."""
        detail = tile_detail(picture)
        if self._usual is None:
            self._usual, self._started_s, self._last_s = detail, time_s, time_s
        lost = self._lost_share(detail, time_s)
        step_s, self._last_s = max(0.0, min(time_s - self._last_s, 1.0)), time_s
        self._pictures += 1
        if lost < COVERED_SHARE:
            self._since_s = None
            if lost < COVERED_SHARE / 2:
                self._learn(detail, step_s, time_s)
            return None
        if self._since_s is None:
            self._since_s = time_s
        if time_s - self._since_s < CONFIRM_S:
            return None
        return Finding("lens_covered", "", lost, None)

    def _lost_share(self, detail: NDArray[np.float32], time_s: float) -> float:
        """Share of the tiles that usually show detail and don't now."""
        assert self._usual is not None
        rich = self._usual >= DETAIL
        tiles = np.count_nonzero(rich)
        if tiles < FEWEST_TILES:
            blank = np.count_nonzero(detail >= DETAIL) < FEWEST_TILES
            return 1.0 if blank and time_s - self._started_s >= BLANK_S else 0.0
        return float(np.count_nonzero(detail[rich] < LOST_RATIO * self._usual[rich]) / tiles)

    def _learn(self, detail: NDArray[np.float32], step_s: float, time_s: float) -> None:
        assert self._usual is not None
        rate = 1 - float(np.exp(-step_s / USUAL_S))
        if time_s - self._started_s < WARM_UP_S:
            rate = max(rate, 1 / self._pictures)
        self._usual = (self._usual + rate * (detail - self._usual)).astype(np.float32)


def tile_detail(picture: Picture) -> NDArray[np.float32]:
    """Mean edge strength of each tile of a grey picture, in grey levels, 6×8."""
    small = cv2.GaussianBlur(shrink(picture, 160), (3, 3), 0)
    edges = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return cv2.resize(edges.astype(np.float32), TILES, interpolation=cv2.INTER_AREA).astype(
        np.float32
    )
