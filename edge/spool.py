"""Spool: batches on disk from the poll until ingest acknowledges the commit.

One SQLite file per agent, in WAL mode with `synchronous=FULL`: what `append` has returned is on
the disk, batch and counters together, and survives `kill -9` and loss of power (as far as the
disk honours fsync). Every `append` and `acknowledge` is one transaction and costs one fsync.

The file is bounded by size (pages in use) and age. Bulk goes first, the oldest first; an urgent
batch is evicted only when no bulk is left. What was evicted is counted.

A file that SQLite cannot read is moved aside, with the time in its name, and a new one is begun
under a new epoch. `:memory:` as path gives the same spool without a disk.

Used by one thread only. Times are int64 microseconds UTC.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from edge.pack import BadSampleError, Channel, Packed, Unreadable, pack, pack_unreadable
from edge.sample import Sample
from edge.spool_file import (
    SpoolCorruptError,
    SpoolError,
    SpoolInUseError,
    SpoolRefusedError,
    move_aside,
    open_file,
    translated,
)
from edge.window import Ticket
from edge.wire import Micros, Origin

__all__ = [
    "BadSampleError",
    "Counts",
    "Spool",
    "SpoolCorruptError",
    "SpoolError",
    "SpoolInUseError",
    "SpoolRefusedError",
]

MEMORY = ":memory:"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """Items since the epoch began, and what waits now."""

    made: int = 0
    acknowledged: int = 0
    evicted: int = 0
    batches: int = 0
    bytes: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.made + other.made,
            self.acknowledged + other.acknowledged,
            self.evicted + other.evicted,
            self.batches + other.batches,
            self.bytes + other.bytes,
        )


class Spool:
    """The batches of one agent that ingest has not acknowledged yet."""

    def __init__(
        self,
        path: Path | str,
        *,
        agent: str,
        max_bytes: int,
        max_age_s: float,
        clock: Callable[[], Micros],
        origin: Origin = "live",
        epoch: int | None = None,
    ) -> None:
        """Open the spool at `path`, or begin it, under `epoch` if given.

        Raises:
            SpoolInUseError: another process holds it.
            SpoolRefusedError: the disk is full, read-only or failing.
        """
        self._path = path
        self._agent = agent
        self._max_bytes = max_bytes
        self._max_age = int(max_age_s * 1_000_000)
        self._clock = clock
        self._origin: Origin = origin
        self._first_epoch = epoch
        self._is_open = False
        try:
            self._open()
        except SpoolCorruptError as error:
            self._begin_anew(error)

    def mark(self, origin: Origin) -> None:
        """What is appended from here on bears this origin."""
        self._origin = origin

    @property
    def epoch(self) -> int:
        """The name of this life of the spool: random, 63 bits, never 0."""
        return self._epoch

    @property
    def counts(self) -> Counts:
        """What was made, acknowledged and evicted, and what waits."""
        return self._counts

    def append(self, samples: Iterable[Sample]) -> list[int]:
        """Store samples in one transaction; the seqs of their batches, in order.

        Raises:
            BadSampleError: a sample breaks the wire contract; nothing is stored.
            SpoolRefusedError: the disk is full or failing; nothing is stored.
            SpoolCorruptError: the file was damaged; a new one is begun, nothing is stored.
        """
        packed: list[Packed] = []
        for sample in samples:
            packed += pack(
                sample,
                agent=self._agent,
                epoch=self._epoch,
                first_seq=self._last_seq + 1 + len(packed),
                made=self._clock(),
                origin=self._origin,
            )
        return self._store(packed)

    def append_unreadable(self, records: Iterable[Unreadable]) -> list[int]:
        """Store records that could not be read, as `append` does samples."""
        packed = [
            pack_unreadable(record, agent=self._agent, epoch=self._epoch, seq=seq)
            for seq, record in enumerate(records, self._last_seq + 1)
        ]
        return self._store(packed)

    def tickets(self, limit: int, exclude: Collection[int] = ()) -> list[Ticket]:
        """The first `limit` batches but those in `exclude`: urgent first, then by seq."""
        with self._translated():
            rows = self._db.execute(_TICKETS, (json.dumps(list(exclude)), limit)).fetchall()
        return [Ticket(self._epoch, seq, cast("Channel", name), size) for seq, name, size in rows]

    def load(self, seqs: Collection[int]) -> dict[int, bytes]:
        """Payloads by seq; those evicted or acknowledged meanwhile are left out."""
        with self._translated():
            return dict(self._db.execute(_LOAD, (json.dumps(list(seqs)),)).fetchall())

    def acknowledge(self, epoch: int, seqs: Collection[int]) -> int:
        """Drop what ingest has committed; how many batches that were.

        Another life's epoch, unknown seqs and repetitions are ignored.
        """
        if epoch != self._epoch or not seqs:
            return 0
        with self._transaction():
            dropped = self._db.execute(_DROP, (json.dumps(list(seqs)),)).fetchall()
            items = sum(items for items, _ in dropped)
            self._count(acknowledged=items)
        self._settle(dropped, acknowledged=items)
        return len(dropped)

    def close(self) -> None:
        """Release the file."""
        self._is_open = False
        self._db.close()

    def _store(self, packed: Sequence[Packed]) -> list[int]:
        if not packed:
            return []
        made, now = sum(batch.items for batch in packed), self._clock()
        seqs = list(range(self._last_seq + 1, self._last_seq + 1 + len(packed)))
        with self._transaction():
            self._db.executemany(
                _INSERT,
                [
                    (seq, b.channel == "urgent", b.channel, b.items, now, len(b.payload), b.payload)
                    for seq, b in zip(seqs, packed, strict=True)
                ],
            )
            evicted = [*self._evict_old(now), *self._evict_large()]
            lost = sum(items for items, _ in evicted)
            self._count(made=made, evicted=lost, last_seq=seqs[-1])
        self._last_seq = seqs[-1]
        added = Counts(
            made=made, batches=len(packed), bytes=sum(len(batch.payload) for batch in packed)
        )
        self._counts += added
        self._settle(evicted, evicted=lost)
        return seqs

    def _evict_old(self, now: Micros) -> Iterator[tuple[int, int]]:
        oldest = now - self._max_age
        yield from self._db.execute(_EVICT_OLD_BULK, (oldest,)).fetchall()
        if not self._db.execute(_HAS_BULK).fetchone()[0]:
            yield from self._db.execute(_EVICT_OLD_URGENT, (oldest,)).fetchall()

    def _evict_large(self) -> Iterator[tuple[int, int]]:
        while self._used_bytes() > self._max_bytes:
            row = self._db.execute(_EVICT_FIRST).fetchone()
            if row is None:
                return
            yield row

    def _used_bytes(self) -> int:
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
        return (pages - free) * self._page_size

    def _count(
        self, *, made: int = 0, acknowledged: int = 0, evicted: int = 0, last_seq: int = 0
    ) -> None:
        self._db.execute(_COUNT, (made, acknowledged, evicted, last_seq))

    def _settle(
        self, gone: Sequence[tuple[int, int]], *, acknowledged: int = 0, evicted: int = 0
    ) -> None:
        """Bring the counts in memory to what the transaction has committed."""
        self._counts = replace(
            self._counts,
            acknowledged=self._counts.acknowledged + acknowledged,
            evicted=self._counts.evicted + evicted,
            batches=self._counts.batches - len(gone),
            bytes=self._counts.bytes - sum(size for _, size in gone),
        )

    @contextmanager
    def _transaction(self) -> Generator[None]:
        with self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Generator[None]:
        """SQLite's errors as ours; a damaged file is replaced before its error is raised."""
        if not self._is_open:
            self._open()
        try:
            with translated(self._path):
                yield
        except SpoolCorruptError as error:
            self._begin_anew(error)
            raise

    def _begin_anew(self, error: SpoolCorruptError) -> None:
        if self._is_open:
            self.close()
        self._first_epoch = None
        aside = move_aside(Path(self._path), self._clock())
        log.error(
            "spool damaged: agent=%s moved_to=%s, beginning a new one: %s",
            self._agent, aside, error,
        )  # fmt: skip
        self._open()

    def _open(self) -> None:
        with translated(self._path):
            self._db = open_file(self._path)
            self._db.execute(_BEGIN_LIFE, (self._first_epoch or secrets.randbits(63) or 1,))
            (self._page_size,) = self._db.execute("PRAGMA page_size").fetchone()
            self._epoch, self._last_seq, made, acknowledged, evicted = self._db.execute(
                _LIFE
            ).fetchone()
            batches, size = self._db.execute(_WAITING).fetchone()
        self._is_open = True
        self._counts = Counts(made, acknowledged, evicted, batches, size)


_BEGIN_LIFE = "INSERT OR IGNORE INTO life (id, epoch) VALUES (1, ?)"
_LIFE = "SELECT epoch, last_seq, made, acknowledged, evicted FROM life"
_WAITING = "SELECT count(*), coalesce(sum(size), 0) FROM batches"
_COUNT = """
UPDATE life SET made = made + ?, acknowledged = acknowledged + ?, evicted = evicted + ?,
                last_seq = max(last_seq, ?)
"""
_INSERT = """
INSERT INTO batches (seq, urgent, channel, items, made, size, payload)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_TICKETS = """
SELECT seq, channel, size FROM batches
WHERE seq NOT IN (SELECT value FROM json_each(?))
ORDER BY urgent DESC, seq
LIMIT ?
"""
_LOAD = "SELECT seq, payload FROM batches WHERE seq IN (SELECT value FROM json_each(?))"
_DROP = "DELETE FROM batches WHERE seq IN (SELECT value FROM json_each(?)) RETURNING items, size"
_HAS_BULK = "SELECT EXISTS (SELECT 1 FROM batches WHERE urgent = 0)"
_EVICT_OLD_BULK = "DELETE FROM batches WHERE urgent = 0 AND made < ? RETURNING items, size"
_EVICT_OLD_URGENT = "DELETE FROM batches WHERE made < ? RETURNING items, size"
_EVICT_FIRST = """
DELETE FROM batches
WHERE seq = coalesce((SELECT min(seq) FROM batches WHERE urgent = 0),
                     (SELECT min(seq) FROM batches WHERE urgent = 1))
RETURNING items, size
"""
