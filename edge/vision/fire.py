"""Fire: flames, by their colour and by their flicker over two seconds.

Colour alone takes an orange car for a fire, flicker alone a blinking lamp. A flame has both, and
what neither has: a core that stays while its edges come and go several times a second.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.finding import Finding
from edge.vision.frames import Picture, as_picture, box_in_shares

CHROMA_GAP = 40  # Celik and Demirel, Fire Safety Journal 44 (2009) 147-158: tau of |Cb - Cr|
WINDOW_S = 2.0  # ours: over which flicker is judged
SHORTEST_WINDOW_S = 1.5  # ours: before this nothing is said
CONFIRM_S = 1.0  # ours: how long it must hold
LONGEST_GAP_S = 1.0  # ours: after a gap in the pictures the window starts again
CHANGES = 5  # ours: times a pixel turns flame or back; what passes by does it 2 to 4 times
LIVELINESS = 8.0  # ours: mean change of luma per picture, grey levels; noise makes 3
SEEN_SHARE, CORE_SHARE = 0.25, 0.6  # ours: of the window's pictures
LEAST_AREA = 0.0005  # ours: of the frame; 0.3 m of flame at 20 m before a 90° lens
LEAST_FLICKER, LEAST_CORE = 0.15, 0.12  # ours: shares of the region
LEAST_STEADINESS = 0.25  # ours: smallest to mean area; a blinking lamp falls to nothing


class _Look(NamedTuple):
    time_s: float
    flame: NDArray[np.bool_]
    luma: Picture
    changed: NDArray[np.bool_]
    stirred: Picture


def flame_coloured(frame: Picture) -> tuple[NDArray[np.bool_], Picture]:
    """Pixels of flame colour in a BGR picture, and its luma.

    The rules of Celik and Demirel (2009) in YCbCr, without their polynomial boundary.
    """
    parts = as_picture(cv2.cvtColor(frame, cv2.COLOR_BGR2YCrCb))
    luma, red, blue = parts[:, :, 0], parts[:, :, 1], parts[:, :, 2]
    mean_luma, mean_red, mean_blue, _ = cv2.mean(parts)
    # Cr >= Cb + gap implies Cr > Cb, and saturating subtraction stays within 8 bits.
    flame = (cv2.subtract(red, blue) >= CHROMA_GAP) & (luma > blue) & (luma > mean_luma)
    return flame & (red > mean_red) & (blue < mean_blue), np.ascontiguousarray(luma)


@dataclass(slots=True)
class Flames:
    """The flicker window of one camera; feed it pictures of one size in the order of time."""

    _window: deque[_Look] = field(default_factory=deque[_Look])
    _seen: NDArray[np.int16] | None = None
    _changes: NDArray[np.int16] | None = None
    _stir: NDArray[np.int32] | None = None
    _since_s: float | None = None

    def see(self, picture: Picture, time_s: float) -> Finding | None:
        """The largest fire in this BGR picture, once it has been one for `CONFIRM_S`."""
        self._take(picture, time_s)
        finding = self._judge()
        if finding is None:
            self._since_s = None
            return None
        if self._since_s is None:
            self._since_s = time_s
        return finding if time_s - self._since_s >= CONFIRM_S else None

    def _take(self, picture: Picture, time_s: float) -> None:
        flame, luma = flame_coloured(picture)
        last = self._window[-1] if self._window else None
        if (
            last is None
            or last.flame.shape != flame.shape
            or not 0 <= time_s - last.time_s <= LONGEST_GAP_S
        ):
            self._window.clear()
            self._seen = np.zeros(flame.shape, np.int16)
            self._changes = np.zeros(flame.shape, np.int16)
            self._stir = np.zeros(flame.shape, np.int32)
            changed, stirred = np.zeros_like(flame), np.zeros_like(luma)
        else:
            changed = flame ^ last.flame
            stirred = as_picture(cv2.absdiff(luma, last.luma))
        assert self._seen is not None
        assert self._changes is not None
        assert self._stir is not None
        self._window.append(_Look(time_s, flame, luma, changed, stirred))
        self._seen += flame
        self._changes += changed
        self._stir += stirred
        while time_s - self._window[0].time_s > WINDOW_S:
            old = self._window.popleft()
            self._seen -= old.flame
            self._changes -= old.changed
            self._stir -= old.stirred

    def _judge(self) -> Finding | None:
        count = len(self._window)
        if self._window[-1].time_s - self._window[0].time_s < SHORTEST_WINDOW_S:
            return None
        assert self._seen is not None
        assert self._changes is not None
        assert self._stir is not None
        flickering = (self._changes >= CHANGES) & (self._stir >= LIVELINESS * count)
        least = LEAST_AREA * flickering.size
        if np.count_nonzero(flickering) < LEAST_FLICKER * least:
            return None
        region = (self._seen >= SEEN_SHARE * count).astype(np.uint8)
        region = cv2.morphologyEx(region, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        blobs, labels, stats, _ = cv2.connectedComponentsWithStats(region)
        core = self._seen >= CORE_SHARE * count
        best: Finding | None = None
        for label in range(1, blobs):
            left, top, wide, high, area = (int(value) for value in stats[label])
            if area < least:
                continue
            part = np.s_[top : top + high, left : left + wide]
            blob = labels[part] == label
            flicker = float(np.count_nonzero(flickering[part] & blob) / area)
            if flicker < LEAST_FLICKER or np.count_nonzero(core[part] & blob) < LEAST_CORE * area:
                continue
            areas = [np.count_nonzero(look.flame[part] & blob) for look in self._window]
            if min(areas) < LEAST_STEADINESS * sum(areas) / count:
                continue
            if best is None or flicker > best.score:
                box = box_in_shares(left, top, wide, high, flickering.shape)
                best = Finding("fire", "", min(1.0, flicker), box)
        return best
