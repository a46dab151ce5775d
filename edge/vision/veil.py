"""Veil: parts of a camera's picture that nobody may see, blotted out before anything else looks."""

from __future__ import annotations

from collections.abc import Sequence

from edge.vision.frames import Mask, Picture, Polygon, polygon_mask


class Veil:
    """Blots out polygons; the analysis, snapshots and live pictures see what is left."""

    def __init__(self, hidden: Sequence[Polygon]) -> None:
        self._hidden = list(hidden)
        self._mask: Mask | None = None

    def over(self, frame: Picture) -> Picture:
        """The frame with its hidden parts black; the same array where nothing is hidden."""
        if not self._hidden:
            return frame
        height, width = frame.shape[:2]
        if self._mask is None or self._mask.shape != (height, width):
            self._mask = polygon_mask(self._hidden[0], width, height)
            for polygon in self._hidden[1:]:
                self._mask |= polygon_mask(polygon, width, height)
        veiled = frame.copy()
        veiled[self._mask > 0] = 0
        return veiled
