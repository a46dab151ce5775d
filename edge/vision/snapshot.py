"""Snapshot: the picture that goes with the first detection of an event."""

from __future__ import annotations

from collections.abc import Sequence

import cv2

from edge.vision.frames import Box, Picture, shrink

MAX_BYTES = 60_000  # ours: a hundred at once still pass one batch's bound in a few batches
_TRIES = ((640, 85), (640, 70), (480, 70), (480, 50), (320, 50), (160, 40))  # width, JPEG quality
_RED = (40, 40, 230)


class SnapshotError(RuntimeError):
    """OpenCV could not encode a picture as JPEG."""


def snapshot(frame: Picture, box: Box | None) -> bytes:
    """JPEG of a BGR frame with the box drawn, at most `MAX_BYTES`.

    Raises:
        SnapshotError: the picture can't be encoded, or not so small.
    """
    return jpeg(frame, _TRIES, MAX_BYTES, box)


def jpeg(
    frame: Picture, tries: Sequence[tuple[int, int]], most: int, box: Box | None = None
) -> bytes:
    """JPEG of a BGR frame at the first width and quality that makes it at most `most` bytes.

    Raises:
        SnapshotError: the picture can't be encoded, or not so small.
    """
    for width, quality in tries:
        picture = shrink(frame, width)
        if box:
            picture = picture.copy()
            _draw(picture, box)
        done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if not done:
            break
        if data.size <= most:
            return data.tobytes()
    raise SnapshotError(f"a frame of shape {frame.shape} makes no JPEG of {most} bytes")


def _draw(picture: Picture, box: Box) -> None:
    height, width = picture.shape[:2]
    left, top, wide, high = box
    corner = round(left * width), round(top * height)
    opposite = round((left + wide) * width) - 1, round((top + high) * height) - 1
    cv2.rectangle(picture, corner, opposite, _RED, 2)
