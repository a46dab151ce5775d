"""Head: which batch a payload claims to be, though the rest of it may be broken.

An agent sends a batch until it hears of it. One whose bytes were damaged on its disk can never be
decoded, so its number has to be read without decoding what follows. MessagePack's specification
("int format family", "str format family") gives the bytes.
"""

from __future__ import annotations

_ARRAYS = {**dict.fromkeys(range(0x90, 0xA0), 1), 0xDC: 3, 0xDD: 5}  # array of 0 to 15, 16, 32
_UNSIGNED = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
_TEXTS = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_MOST_FIXINT = 0x7F


def claimed_number(payload: bytes) -> tuple[int, int] | None:
    """Epoch and seq at the head of a batch or rejected record, if they can be read."""
    try:
        at = _ARRAYS[payload[0]]
        _, at = _unsigned(payload, at)
        at = _after_text(payload, at)
        epoch, at = _unsigned(payload, at)
        seq, at = _unsigned(payload, at)
    except (IndexError, KeyError):
        return None
    return (epoch, seq) if at <= len(payload) else None


def _unsigned(payload: bytes, at: int) -> tuple[int, int]:
    """The number at a place, and the place behind it."""
    if payload[at] <= _MOST_FIXINT:
        return payload[at], at + 1
    end = at + 1 + _UNSIGNED[payload[at]]
    return int.from_bytes(payload[at + 1 : end]), end


def _after_text(payload: bytes, at: int) -> int:
    if payload[at] & 0xE0 == 0xA0:  # fixstr
        return at + 1 + (payload[at] & 0x1F)
    size = _TEXTS[payload[at]]
    return at + 1 + size + int.from_bytes(payload[at + 1 : at + 1 + size])
