"""Entries of the audit log, and the check of their chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from edge.wire import Micros
from hub.sealing import GENESIS, digest

Why = Literal["altered", "missing", "inserted"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing done; `data` holds no personal data itself.

    `action` is dotted, as in `trace.read`; `subject` says to what, as in `case:17`.
    """

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


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """An entry at which the chain does not hold, and what that looks like."""

    seq: int
    why: Why


class Head(msgspec.Struct, frozen=True):
    """The last entry of a log: its number and hash; kept elsewhere, it shows what was cut off."""

    seq: int = 0
    hash: bytes = GENESIS


def sealed(entry: Entry, *, after: int = 0, prev_hash: bytes = GENESIS) -> SealedEntry:
    """Chain an entry on to a log that has `after` entries, the last with `prev_hash`."""
    seq = after + 1
    return SealedEntry(
        seq=seq, entry=entry, prev_hash=prev_hash, hash=_digest(seq, entry, prev_hash)
    )


def is_own(one: SealedEntry) -> bool:
    """Whether an entry has the hash of its content."""
    return one.hash == _digest(one.seq, one.entry, one.prev_hash)


def breaks(entries: Iterable[SealedEntry], head: Head | None = None) -> Iterator[Break]:
    """Every place where the chain does not hold; `entries` follow `head`.

    Entries cut off at the end leave a sound chain: keep the head elsewhere to see that, too.
    """
    head = head or Head()
    for one in entries:
        if one.seq > head.seq + 1:
            yield Break(seq=head.seq + 1, why="missing")
        elif one.seq <= head.seq:
            yield Break(seq=one.seq, why="inserted")
        elif not is_own(one):
            yield Break(seq=one.seq, why="altered")
        elif one.prev_hash != head.hash:
            # The entry is sound and rests on another one than stands before it.
            yield Break(seq=head.seq or one.seq, why="altered")
        head = Head(one.seq, one.hash)


def first_break(
    entries: Sequence[SealedEntry], *, after: int = 0, prev_hash: bytes = GENESIS
) -> int | None:
    """The number of the first entry that was altered, inserted or is missing, or None.

    `entries` follow the one numbered `after`, whose hash is `prev_hash`.
    """
    found = next(breaks(entries, Head(after, prev_hash)), None)
    return None if found is None else found.seq


def _digest(seq: int, entry: Entry, prev_hash: bytes) -> bytes:
    return digest(prev_hash, {"seq": seq, **msgspec.structs.asdict(entry)})
