"""Photos: which files are taken as pictures. Pure."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec

LARGEST = 8 * 1024 * 1024  # bytes; ours: the files that phones make fit
MOST = 6  # photos with one report or step; ours

MediaType = Literal["image/jpeg", "image/png", "image/webp"]


class Photo(msgspec.Struct, frozen=True):
    """One picture; `hash` is the SHA-256 of its bytes, hexadecimal."""

    hash: str
    type: MediaType
    data: bytes


class PhotoRefusedError(ValueError):
    """The file is not taken; the text says why."""


def checked_photo(data: bytes) -> Photo:
    """The picture in some bytes, by what they begin with, whatever it was called.

    Raises:
        PhotoRefusedError: it is too large, or neither JPEG nor PNG nor WebP.
    """
    if len(data) > LARGEST:
        raise PhotoRefusedError(f"Send {LARGEST // 1024**2} MB at most.")
    found = _type(data)
    if found is None:
        raise PhotoRefusedError("Send a JPEG, PNG or WebP picture.")
    return Photo(sha256(data).hexdigest(), found, data)


def _type(data: bytes) -> MediaType | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None
