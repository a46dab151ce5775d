"""Shrinking: pictures as small as they are printed, whatever was sent."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import cv2
import numpy as np

LONGEST_SIDE = 1000  # pixels; ours: 80 mm at 300 dots per inch
MOST_PIXELS = 50_000_000  # ours: bounds what a crafted file can take of memory, 150 MB
_QUALITY = 80  # of JPEG; ours
_NO_SIZE = frozenset({0xC4, 0xC8, 0xCC})  # markers between 0xC0 and 0xCF that begin no frame


def shrunk(content: bytes) -> bytes | None:
    """The picture as a JPEG of moderate size; None if it is none, or larger than we decode."""
    size = pixels(content)
    if size is None or not 0 < size[0] * size[1] <= MOST_PIXELS:
        return None
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    if image is None:  # pyright: ignore[reportUnnecessaryComparison] # the stub does not know
        return None
    height, width = image.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if scale < 1:
        whole = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = cv2.resize(image, whole, interpolation=cv2.INTER_AREA)
    done, small = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return small.tobytes() if done else None


def pixels(content: bytes) -> tuple[int, int] | None:
    """Width and height that a JPEG, PNG or WebP says it has, read without decoding it."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return struct.unpack(">II", content[16:24])
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) >= 30:
        return _webp(content)
    if content.startswith(b"\xff\xd8"):
        return next(_frames(content), None)
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    match content[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", content[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            bits = int.from_bytes(content[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            sides = (content[24:27], content[27:30])
            width, height = (int.from_bytes(side, "little") + 1 for side in sides)
            return width, height
        case _:
            return None


def _frames(content: bytes) -> Iterator[tuple[int, int]]:
    """Size of each frame of a JPEG (ITU-T T.81, B.2.2)."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            yield width, height
        at += 2 + length
