"""Chain: the events of a case sealed one to the next, so that its file can be proven unaltered.

hash(n) = SHA-256 of hash(n-1) followed by the canonical JSON of event n; before the first event
stand 32 zero bytes. The case's id and the event's number are part of what is hashed, so that no
event can be moved, exchanged or left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, cast

import msgspec

from hub.cases.domain import Event

GENESIS = bytes(32)
EXACT = 2**53  # the first integer that a double can no longer tell from its neighbour


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An event at its place in the file of its case; `seq` counts from 1."""

    case: int
    seq: int
    event: Event
    prev_hash: bytes
    hash: bytes


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


def seal(
    case: int, events: Iterable[Event], *, after: int = 0, prev_hash: bytes = GENESIS
) -> list[Sealed]:
    """Chain some events on to a case that has `after` events, the last with `prev_hash`."""
    sealed: list[Sealed] = []
    for seq, event in enumerate(events, start=after + 1):
        digest = _digest(case, seq, event, prev_hash)
        sealed.append(Sealed(case=case, seq=seq, event=event, prev_hash=prev_hash, hash=digest))
        prev_hash = digest
    return sealed


def verify(events: Sequence[Sealed]) -> int | None:
    """The number of the first event that does not fit the chain, or None if all do.

    Events cut off at the end leave a sound chain; compare the last hash with the one that the
    case's row keeps.
    """
    prev_hash = GENESIS
    for seq, sealed in enumerate(events, start=1):
        sound = (
            sealed.seq == seq
            and sealed.prev_hash == prev_hash
            and sealed.hash == _digest(sealed.case, seq, sealed.event, prev_hash)
        )
        if not sound:
            return seq
        prev_hash = sealed.hash
    return None


def _digest(case: int, seq: int, event: Event, prev_hash: bytes) -> bytes:
    content = {"case": case, "seq": seq, **msgspec.structs.asdict(event)}
    return sha256(prev_hash + canonical(content)).digest()


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
