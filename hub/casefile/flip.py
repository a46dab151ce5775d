"""Flip: which single byte of a file was changed, told from the CRC-32 it had before. Pure.

CRC-32 is linear: the checksums of the file before and after differ by the checksum of the change
alone. That is run backwards over the bytes behind it until it is one byte. A candidate that is not
the true one is told by the SHA-256 of the file with the byte put back.
"""

from __future__ import annotations

from hashlib import sha256
from zlib import crc32

import msgspec

_POLYNOMIAL = 0xEDB88320  # of CRC-32 as in ZIP (APPNOTE 4.4.7), reflected


class Flip(msgspec.Struct, frozen=True):
    """The byte at `offset` is `now` and was `before`."""

    offset: int
    before: int
    now: int


def changed_byte(content: bytes, crc: int, digest: str) -> Flip | None:
    """The only byte that differs from a file of that CRC-32 and SHA-256 (hexadecimal), if so."""
    rest = crc32(content) ^ crc
    for offset in range(len(content) - 1, -1, -1):
        index = _BY_TOP[rest >> 24]
        rest = ((rest ^ _TABLE[index]) << 8 | index) & 0xFFFFFFFF
        if 0 < rest < 256:
            before = content[offset] ^ rest
            mended = sha256(content[:offset])
            mended.update(bytes((before,)))
            mended.update(memoryview(content)[offset + 1 :])
            if mended.hexdigest() == digest:
                return Flip(offset, before, content[offset])
    return None


def _entry(index: int) -> int:
    for _ in range(8):
        index = index >> 1 ^ (_POLYNOMIAL if index & 1 else 0)
    return index


_TABLE = [_entry(index) for index in range(256)]
_BY_TOP = {entry >> 24: index for index, entry in enumerate(_TABLE)}
