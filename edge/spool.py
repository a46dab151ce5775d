"""Spool: batches on disk from the poll until ingest acknowledges the commit.

One SQLite file per agent, in WAL mode with `synchronous=FULL`: what `append` has returned is on
the disk, batch and counters together, and survives `kill -9` and loss of power (as far as the
disk honours fsync). Every `append` and `acknowledge` is one transaction and costs one fsync.

The file is bounded by size (pages in use) and age. Bulk goes first, the oldest first; an urgent
batch is evicted only when no bulk is left. What was evicted is counted.

Each opening begins a new epoch with the first batch it makes; what waits keeps the identity it was
made under. So a file that an older copy was put over goes on without giving out an identity twice.

A file that SQLite cannot read is moved aside, with the time in its name, and a new one is begun.
`:memory:` as path gives the same spool without a disk.

Used by one thread only. Times are int64 microseconds UTC.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from edge.epochs import Epochs, Span
from edge.evict import Gone, evict_large, evict_old
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
from edge.window import Key, Ticket
from edge.wire import Held, Micros, Origin

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
    """Items since the file began, and what waits now."""

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
        """Open the spool at `path`, or begin it; one in memory may be given its `epoch`.

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
        """The epoch of what is made from here on: random, 63 bits, never 0."""
        return self._epoch

    @property
    def held(self) -> list[Held]:
        """The newest epochs of which anything waits or was evicted."""
        return self._epochs.held()

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
        self._be_open()
        packed: list[Packed] = []
        for sample in samples:
            packed += pack(
                sample,
                agent=self._agent,
                epoch=self._epoch,
                first_seq=self._next_seq + len(packed),
                made=self._clock(),
                origin=self._origin,
            )
        return self._store(packed)

    def append_unreadable(self, records: Iterable[Unreadable]) -> list[int]:
        """Store records that could not be read, as `append` does samples."""
        self._be_open()
        packed = [
            pack_unreadable(record, agent=self._agent, epoch=self._epoch, seq=seq)
            for seq, record in enumerate(records, self._next_seq)
        ]
        return self._store(packed)

    def tickets(self, limit: int, exclude: Iterable[Key] = ()) -> list[Ticket]:
        """The first `limit` batches but those in `exclude`: urgent first, then the oldest."""
        with self._translated():
            without = self._epochs.numbers(exclude)
            rows = self._db.execute(_TICKETS, (json.dumps(without), limit)).fetchall()
        return [
            Ticket(*self._epochs.key(number), cast("Channel", name), size)
            for number, name, size in rows
        ]

    def load(self, keys: Iterable[Key]) -> dict[Key, bytes]:
        """Payloads by key; those evicted or acknowledged meanwhile are left out."""
        with self._translated():
            numbers = self._epochs.numbers(keys)
            rows = self._db.execute(_LOAD, (json.dumps(numbers),)).fetchall()
        return {self._epochs.key(number): payload for number, payload in rows}

    def knows(self, key: Key) -> bool:
        """Whether this identity was given out here."""
        return self._epochs.number(key) is not None

    def acknowledge(self, keys: Iterable[Key]) -> int:
        """Drop what ingest has committed; how many batches that were.

        What was not given out here and repetitions are ignored.
        """
        self._be_open()
        numbers = self._epochs.numbers(keys)
        if not numbers:
            return 0
        with self._transaction():
            dropped = self._db.execute(_DROP, (json.dumps(numbers),)).fetchall()
            items = sum(items for _, items, _ in dropped)
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
        first, seq = self._last_number + 1, self._next_seq
        numbers = range(first, first + len(packed))
        with self._transaction():
            if not self._begun:
                self._db.execute(_FORGET, (json.dumps(self._epochs.spent()),))
                self._db.execute(_BEGIN_EPOCH, (self._last_number, self._epoch))
            self._db.executemany(
                _INSERT,
                [
                    (n, b.channel == "urgent", b.channel, b.items, now, len(b.payload), b.payload)
                    for n, b in zip(numbers, packed, strict=True)
                ],
            )
            evicted = [
                *evict_old(self._db, now - self._max_age),
                *evict_large(self._db, self._max_bytes),
            ]
            lost = sum(items for _, items, _ in evicted)
            self._count(made=made, evicted=lost, last_number=numbers[-1])
        if not self._begun:
            self._epochs.begin(Span(self._last_number, self._epoch))
            self._begun = True
        self._last_number = numbers[-1]
        for number in numbers:
            self._epochs.kept(number)
        added = Counts(
            made=made, batches=len(packed), bytes=sum(len(batch.payload) for batch in packed)
        )
        self._counts += added
        self._settle(evicted, evicted=lost)
        return list(range(seq, seq + len(packed)))

    @property
    def _next_seq(self) -> int:
        return self._epochs.key(self._last_number + 1)[1] if self._begun else 1

    def _count(
        self, *, made: int = 0, acknowledged: int = 0, evicted: int = 0, last_number: int = 0
    ) -> None:
        self._db.execute(_COUNT, (made, acknowledged, evicted, last_number))

    def _settle(self, gone: Sequence[Gone], *, acknowledged: int = 0, evicted: int = 0) -> None:
        """Bring the counts in memory to what the transaction has committed."""
        for number, _, _ in gone:
            self._epochs.gone(number, evicted=evicted > 0)
        self._counts = replace(
            self._counts,
            acknowledged=self._counts.acknowledged + acknowledged,
            evicted=self._counts.evicted + evicted,
            batches=self._counts.batches - len(gone),
            bytes=self._counts.bytes - sum(size for _, _, size in gone),
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
        self._be_open()
        try:
            with translated(self._path):
                yield
        except SpoolCorruptError as error:
            self._begin_anew(error)
            raise

    def _be_open(self) -> None:
        """Open a file again whose damage could not be mended at once: under another epoch."""
        if not self._is_open:
            self._open()

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
            self._db.execute(_BEGIN_LIFE, (_random_name(),))
            self._last_number, made, acknowledged, evicted = self._db.execute(_LIFE).fetchone()
            spans = [Span(*row) for row in self._db.execute(_EPOCHS)]
            waiting = self._db.execute(_WAITING).fetchall()
        counted = {before: batches for before, batches, _ in waiting}
        for span in spans:
            span.waiting = counted.get(span.before, 0)
        self._epochs = Epochs(spans)
        self._epoch = self._first_epoch or _random_name()
        self._begun = False
        self._is_open = True
        batches, size = sum(counted.values()), sum(size for _, _, size in waiting)
        self._counts = Counts(made, acknowledged, evicted, batches, size)


def _random_name() -> int:
    return secrets.randbits(63) or 1


_BEGIN_LIFE = "INSERT OR IGNORE INTO life (id, name) VALUES (1, ?)"
_LIFE = "SELECT last_number, made, acknowledged, evicted FROM life"
_EPOCHS = "SELECT before, epoch, evicted FROM epochs ORDER BY before"
_BEGIN_EPOCH = "INSERT INTO epochs (before, epoch) VALUES (?, ?)"
_FORGET = "DELETE FROM epochs WHERE before IN (SELECT value FROM json_each(?))"
_WAITING = """
SELECT (SELECT max(before) FROM epochs WHERE before < number) AS span, count(*), sum(size)
FROM batches GROUP BY span
"""
_COUNT = """
UPDATE life SET made = made + ?, acknowledged = acknowledged + ?, evicted = evicted + ?,
                last_number = max(last_number, ?)
"""
_INSERT = """
INSERT INTO batches (number, urgent, channel, items, made, size, payload)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_TICKETS = """
SELECT number, channel, size FROM batches
WHERE number NOT IN (SELECT value FROM json_each(?))
ORDER BY urgent DESC, number
LIMIT ?
"""
_LOAD = "SELECT number, payload FROM batches WHERE number IN (SELECT value FROM json_each(?))"
_DROP = """
DELETE FROM batches WHERE number IN (SELECT value FROM json_each(?))
RETURNING number, items, size
"""
