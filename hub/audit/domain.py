"""Entries of the audit log, and the check of their chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from edge.wire import Micros
from hub.sealing import GENESIS, digest


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing done with personal data; `data` holds no personal data itself."""

    at: Micros
    actor: str
    action: str
    subject: str
    data: dict[str, Any]


class SealedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry at its place; `seq` counts from 1."""

    seq: int
    entry: Entry
    prev_hash: bytes
    hash: bytes


def sealed(entry: Entry, *, after: int = 0, prev_hash: bytes = GENESIS) -> SealedEntry:
    """Chain an entry on to a log that has `after` entries, the last with `prev_hash`."""
    seq = after + 1
    return SealedEntry(
        seq=seq, entry=entry, prev_hash=prev_hash, hash=_digest(seq, entry, prev_hash)
    )


def first_break(
    entries: Sequence[SealedEntry], *, after: int = 0, prev_hash: bytes = GENESIS
) -> int | None:
    """The number of the first entry that was altered or is missing, or None.

    `entries` follow the one numbered `after`, whose hash is `prev_hash`. Entries cut off at the end
    leave a sound chain: keep the last hash elsewhere to see that, too.
    """
    for seq, one in enumerate(entries, start=after + 1):
        sound = (
            one.seq == seq
            and one.prev_hash == prev_hash
            and one.hash == _digest(seq, one.entry, prev_hash)
        )
        if not sound:
            return seq
        prev_hash = one.hash
    return None


def _digest(seq: int, entry: Entry, prev_hash: bytes) -> bytes:
    return digest(prev_hash, {"seq": seq, **msgspec.structs.asdict(entry)})
