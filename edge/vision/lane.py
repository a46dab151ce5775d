"""Lane: things that stand in lanes which must stay clear. Traffic that passes does not count.

A pixel stands when it has differed from the background, and kept its own look, for
`STANDING_S`; then it may be hidden by what passes for `HIDDEN_S`. A lane is occupied when enough
of it stands. What stood there from the start and has left shows as a ghost: its outline is in
the background, not in the picture; it is learnt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.background import Background, Foreground, difference
from edge.vision.finding import Finding
from edge.vision.frames import (
    Box,
    Mask,
    Picture,
    Polygon,
    as_picture,
    box_in_shares,
    grey,
    polygon_mask,
)

STANDING_S = 2.0  # ours: slower than any passing vehicle shows one look to a pixel
HIDDEN_S = 2.0  # ours: so long may someone who passes hide what stands
OCCUPIED_SHARE = 0.10  # ours: a person who waits is 3 %, a small car 25 % and more of a lane
WHOLE_SHARE = 0.8  # ours: of a thing's pixels stand when it is at rest; hazard lights may blink
LEAST_BLOB_SHARE = 0.001  # ours: of the picture; less is noise
LEARN_AWAY_S = 120.0  # ours: outside the lanes, what stands so long is background
GHOST_RATIO = 1.3  # ours: outline so much stronger in the background than in the picture
LONGEST_STEP_S = 0.5  # ours: over a gap in the pictures nothing is known to have stood


class _Blob(NamedTuple):
    """A connected foreground thing; its masks are as large as `part` of the picture."""

    part: tuple[slice, slice]
    outline: Mask
    stands: Mask
    whole: bool
    box: Box


@dataclass(slots=True)
class Lanes:
    """All lanes of one camera. Keys are zone names, polygons are shares of the frame."""

    zones: Mapping[str, Polygon]
    background: Background = field(default_factory=Background)
    _age_s: NDArray[np.float32] | None = None
    _hidden_s: NDArray[np.float32] | None = None
    _look: Picture | None = None
    _last_s: float = 0.0
    _masks: dict[str, Mask] = field(default_factory=dict[str, Mask])
    _occupied_zones: set[str] = field(default_factory=set[str])

    def see(self, picture: Picture, time_s: float) -> list[Finding]:
        """The occupied lanes in this BGR picture; all pictures must be of one size."""
        if not self.zones:
            return []
        foreground = self.background.see(picture, time_s)
        standing = self._standing(foreground, time_s)
        if not foreground.reliable:
            return []
        blobs = self._blobs(foreground, standing)
        return [finding for zone in self._masks if (finding := self._occupied(zone, blobs))]

    def _standing(self, foreground: Foreground, time_s: float) -> Mask:
        """Where something has stood still for `STANDING_S`."""
        now = foreground.picture
        step_s, self._last_s = max(0.0, min(time_s - self._last_s, LONGEST_STEP_S)), time_s
        age_s, hidden_s, look = self._age_s, self._hidden_s, self._look
        if age_s is None or hidden_s is None or look is None or look.shape != now.shape:
            height, width = now.shape[:2]
            self._age_s = age_s = np.zeros((height, width), np.float32)
            self._hidden_s, self._look = np.zeros_like(age_s), now.copy()
            self._masks = {
                zone: polygon_mask(polygon, width, height) for zone, polygon in self.zones.items()
            }
        elif foreground.reliable:
            changed = difference(now, look) > 0
            hidden_s += step_s
            hidden_s[~changed] = 0
            gone = changed & ((age_s < STANDING_S) | (hidden_s > HIDDEN_S))
            look[gone] = now[gone]
            age_s += step_s
            age_s[gone | (foreground.mask == 0)] = 0
        return (age_s >= STANDING_S).astype(np.uint8) * np.uint8(255)

    def _blobs(self, foreground: Foreground, standing: Mask) -> list[_Blob]:
        """What stands and is neither ghost nor old. Those are learnt as background on the way."""
        closed = cv2.morphologyEx(foreground.mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
        blobs: list[_Blob] = []
        for label in range(1, count):
            left, top, wide, high, area = (int(value) for value in stats[label])
            if area < LEAST_BLOB_SHARE * closed.size:
                continue
            part = slice(top, top + high), slice(left, left + wide)
            here = labels[part] == label
            stands = np.where(here, standing[part], np.uint8(0))
            stood = cv2.countNonZero(stands)
            if stood == 0:
                continue
            whole = stood >= WHOLE_SHARE * np.count_nonzero(foreground.mask[part][here])
            outline = here.astype(np.uint8) * np.uint8(255)
            box = box_in_shares(left, top, wide, high, closed.shape)
            blob = _Blob(part, outline, stands, bool(whole), box)
            now = foreground.picture
            if whole and (self._is_ghost(blob, now) or self._is_old(blob)):
                self.background.learn(now, part, outline)
            else:
                blobs.append(blob)
        return blobs

    def _occupied(self, zone: str, blobs: list[_Blob]) -> Finding | None:
        """To become occupied takes whole things at rest; what passes before them later may
        take away parts.
        """
        mask = self._masks[zone]
        known = zone in self._occupied_zones
        inside = [
            (cv2.countNonZero(cv2.bitwise_and(blob.stands, mask[blob.part])), blob)
            for blob in blobs
            if blob.whole or known
        ]
        share = sum(area for area, _ in inside) / max(1, cv2.countNonZero(mask))
        if share < OCCUPIED_SHARE:
            self._occupied_zones.discard(zone)
            return None
        self._occupied_zones.add(zone)
        _, largest = max(inside, key=lambda pair: pair[0])
        return Finding("lane_occupied", zone, min(1.0, share), largest.box)

    def _is_old(self, blob: _Blob) -> bool:
        """Whether it has long stood clear of every lane.

        Only whole things grow old: a half-learnt vehicle would leave its cut edge in the
        background.
        """
        assert self._age_s is not None
        if any(blob.stands[mask[blob.part] > 0].any() for mask in self._masks.values()):
            return False
        old = (blob.stands > 0) & (self._age_s[blob.part] >= LEARN_AWAY_S)
        return bool(np.count_nonzero(old) >= WHOLE_SHARE * cv2.countNonZero(blob.stands))

    def _is_ghost(self, blob: _Blob, now: Picture) -> bool:
        """Whether the blob's outline belongs to the background rather than to the picture.

        After Tian, Feris, Liu, Hampapur and Sun, "Robust detection of abandoned and removed
        objects in complex surveillance videos", IEEE Trans. SMC-C 41(5), 2011, in its spirit.
        """
        kernel = np.ones((3, 3), np.uint8)
        rim = cv2.morphologyEx(blob.outline, cv2.MORPH_GRADIENT, kernel)
        before = cv2.mean(_edges(self.background.picture(blob.part)), rim)[0]
        return before > GHOST_RATIO * cv2.mean(_edges(now[blob.part]), rim)[0]


def _edges(picture: Picture) -> Picture:
    """Strength of the brightness edges, as grey levels."""
    return as_picture(
        cv2.morphologyEx(grey(picture), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    )
