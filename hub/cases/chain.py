"""Chain: the events of a case sealed one to the next, so that its file can be proven unaltered.

The chain is that of `hub.sealing`. The case's id and the event's number are part of what is hashed,
so that no event can be moved, exchanged or left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from hub.cases.state import Event
from hub.sealing import GENESIS, digest


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """An event at its place in the file of its case; `seq` counts from 1."""

    case: int
    seq: int
    event: Event
    prev_hash: bytes
    hash: bytes


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
    return digest(prev_hash, content)
