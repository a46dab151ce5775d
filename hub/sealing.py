"""Sealing: entries of a log chained one to the next, so that it can be proven unaltered.

hash(n) = SHA-256 of hash(n-1) followed by the canonical JSON of entry n; before the first entry
stand 32 zero bytes.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, cast

GENESIS = bytes(32)
EXACT = 2**53  # the first integer that a double can no longer tell from its neighbour


def digest(prev_hash: bytes, content: Any) -> bytes:
    """The hash of an entry that follows the one of `prev_hash`.

    Raises:
        ValueError: a number in it is not one, or infinite.
    """
    return sha256(prev_hash + canonical(content)).digest()


def canonical(value: Any) -> bytes:
    """JSON bytes that are the same for equal values, before and after a stay in `jsonb`.

    Keys are sorted; a number is written as an integer where a double holds it exactly, because
    `jsonb` does not remember whether 2.0 was written 2 or 2.0.

    Raises:
        ValueError: not a number, or infinite.
    """
    text = json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def _plain(value: Any) -> Any:
    match value:
        case bool() | None | str():
            return value
        case int() | float():
            number = float(value)
            return int(number) if number.is_integer() and abs(number) < EXACT else number
        case dict():
            return {key: _plain(item) for key, item in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_plain(item) for item in cast("list[Any]", value)]
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical JSON")
