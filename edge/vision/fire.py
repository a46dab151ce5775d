"""Fire: flames, by their colour and by their flicker over two seconds.

Colour alone takes an orange car for a fire, flicker alone a blinking lamp. A flame has both, and
what neither has: a core that stays while its edges come and go several times a second. What is
flame-coloured for good, such as yellow road paint, is learnt and left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.finding import Finding
from edge.vision.flicker import Flicker
from edge.vision.frames import Picture, as_picture, box_in_shares

CHROMA_GAP = 40  # Celik and Demirel, Fire Safety Journal 44 (2009) 147-158: tau of |Cb - Cr|
WINDOW_S = 2.0  # ours: over which flicker is judged
SHORTEST_WINDOW_S = 1.5  # ours: before this nothing is said
CONFIRM_S = WINDOW_S  # ours: then no picture of the first sight is left in the window
LONGEST_GAP_S = 1.0  # ours: after a gap in the pictures the window starts again
CHANGES = 3  # ours: times a pixel turns flame or back; what passes by does it twice
LIVELINESS = 8.0  # ours: mean change of luma per picture, grey levels; noise makes 3
SEEN_SHARE, CORE_SHARE = 0.25, 0.6  # ours: of the window's pictures
PAINT_SHARE = 0.5  # ours: flame-coloured for so much of the time is paint
LEARN_PAINT_S = 30.0  # ours: time constant; a fire stops the clock
FORGET_PAINT_S = 150.0  # ours: time constant; what hides paint for a minute doesn't wash it off
LEAST_AREA = 0.0005  # ours: of the frame; 0.3 m of flame at 20 m before a 90° lens
LEAST_FLICKER, LEAST_CORE = 0.15, 0.12  # ours: shares of the region
LEAST_STEADINESS = 0.25  # ours: smallest to mean area; a blinking lamp falls to nothing


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
    """What one camera has shown lately; feed it pictures of one size in the order of time."""

    _flicker: Flicker | None = None
    _paint: NDArray[np.float32] | None = None
    _since_s: float | None = None

    def see(self, picture: Picture, time_s: float) -> Finding | None:
        """The largest fire in this BGR picture, once it has been one for `CONFIRM_S`."""
        coloured, luma = flame_coloured(picture)
        flicker, step_s = self._window(coloured, time_s)
        paint = self._paint
        if paint is None or paint.shape != coloured.shape:
            paint = self._paint = np.zeros(coloured.shape, np.float32)
        flicker.add(coloured & (paint < PAINT_SHARE), luma, time_s)
        finding = _fire_in(flicker)
        if finding is None:
            self._since_s = None
            learn, forget = np.float32(step_s / LEARN_PAINT_S), np.float32(step_s / FORGET_PAINT_S)
            paint += np.where(coloured, (1 - paint) * learn, -paint * forget)
            return None
        if self._since_s is None:
            self._since_s = time_s
        return finding if time_s - self._since_s >= CONFIRM_S else None

    def _window(self, coloured: NDArray[np.bool_], time_s: float) -> tuple[Flicker, float]:
        """The window to go on with, and seconds since its newest picture."""
        flicker = self._flicker
        if flicker and flicker.newest_s is not None and flicker.seen.shape == coloured.shape:
            step_s = time_s - flicker.newest_s
            if 0 <= step_s <= LONGEST_GAP_S:
                return flicker, step_s
        self._flicker = Flicker(coloured.shape, WINDOW_S)
        return self._flicker, 0.0


def _fire_in(flicker: Flicker) -> Finding | None:
    """The region that flickers most as flames do, if any."""
    count = flicker.pictures
    if flicker.span_s < SHORTEST_WINDOW_S:
        return None
    lively = (flicker.changes >= CHANGES) & (flicker.stir >= LIVELINESS * count)
    least = LEAST_AREA * lively.size
    if np.count_nonzero(lively) < LEAST_FLICKER * least:
        return None
    region = (flicker.seen >= SEEN_SHARE * count).astype(np.uint8)
    region = cv2.morphologyEx(region, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    blobs, labels, stats, _ = cv2.connectedComponentsWithStats(region)
    core = flicker.seen >= CORE_SHARE * count
    best: Finding | None = None
    for label in range(1, blobs):
        left, top, wide, high, area = (int(value) for value in stats[label])
        if area < least:
            continue
        part = slice(top, top + high), slice(left, left + wide)
        blob = labels[part] == label
        share = float(np.count_nonzero(lively[part] & blob) / area)
        if share < LEAST_FLICKER or np.count_nonzero(core[part] & blob) < LEAST_CORE * area:
            continue
        areas = flicker.areas(part, blob)
        if min(areas) < LEAST_STEADINESS * sum(areas) / count:
            continue
        if best is None or share > best.score:
            box = box_in_shares(left, top, wide, high, lively.shape)
            best = Finding("fire", "", min(1.0, share), box)
    return best
