"""Frames: pictures as arrays, and the few operations every analysis shares.

A `Picture` is uint8, H×W×3 in BGR order or H×W grey. A `Mask` is uint8, H×W, 0 or 255.
OpenCV's own types are wider; they are narrowed here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.uint8]
Box: TypeAlias = tuple[float, float, float, float]  # left, top, width, height; shares of the frame
Polygon: TypeAlias = Sequence[tuple[float, float]]  # corners x, y; shares of the frame


def as_picture(array: MatLike) -> Picture:
    """Narrow what OpenCV returns for 8-bit input."""
    return cast(Picture, array)


def shrink(frame: Picture, width: int) -> Picture:
    """The frame at most `width` pixels wide, in its own proportions; averaging removes noise."""
    height, full = frame.shape[:2]
    if full <= width:
        return frame
    size = (width, max(1, round(height * width / full)))
    return as_picture(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))


def grey(frame: Picture) -> Picture:
    """Luma of a BGR picture."""
    return as_picture(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))


def polygon_mask(polygon: Polygon, width: int, height: int) -> Mask:
    """255 inside the polygon."""
    mask = np.zeros((height, width), np.uint8)
    corners = np.array([(x * width, y * height) for x, y in polygon]).round().astype(np.int32)
    cv2.fillPoly(mask, [corners], (255,))
    return mask


def box_in_shares(left: int, top: int, wide: int, high: int, shape: tuple[int, ...]) -> Box:
    """A box in pixels of a picture of this shape as shares of the frame."""
    height, width = shape[:2]
    return left / width, top / height, wide / width, high / height
