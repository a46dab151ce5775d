"""Outbox: the spool on disk, and a reserve in memory for as long as the disk refuses.

What the reserve holds is published like everything else, so that an alarm goes out although the
disk is full. It has an epoch of its own, as every opening of a spool has. A killed agent loses the
reserve; what its bound pushes out is counted as evicted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

from edge.pack import Unreadable
from edge.sample import Sample
from edge.spool import Counts, Spool, SpoolCorruptError, SpoolRefusedError
from edge.window import Key, Ticket
from edge.wire import Ack, Held, Origin

RESERVE_BYTES = 32 << 20  # ours: an hour of a campus's readings

T = TypeVar("T")

log = logging.getLogger(__name__)


class Outbox:
    """Everything made and not yet acknowledged, wherever it lies."""

    def __init__(self, disk: Spool, reserve: Spool) -> None:
        self._disk = disk
        self._reserve = reserve
        self._refused = False
        self._owed: set[Key] = set()

    @property
    def epoch(self) -> int:
        """The epoch of what the spool on disk makes from here on."""
        return self._disk.epoch

    @property
    def held(self) -> list[Held]:
        """The newest epochs of which anything waits or was evicted, on disk and in the reserve."""
        return self._disk.held + self._reserve.held

    @property
    def counts(self) -> Counts:
        """The counts of disk and reserve together."""
        return self._disk.counts + self._reserve.counts

    @property
    def empty(self) -> bool:
        """Whether ingest has acknowledged everything."""
        return self.counts.batches <= len(self._owed)

    def mark(self, origin: Origin) -> None:
        """What is made from here on bears this origin."""
        self._disk.mark(origin)
        self._reserve.mark(origin)

    def append(self, samples: Sequence[Sample]) -> None:
        """Keep samples: on the disk, or in memory while it refuses.

        Raises:
            BadSampleError: a sample breaks the wire contract; nothing is kept.
        """
        self._keep(lambda spool: spool.append(samples))

    def append_unreadable(self, records: Sequence[Unreadable]) -> None:
        """Keep records that could not be read, as `append` does samples."""
        self._keep(lambda spool: spool.append_unreadable(records))

    def tickets(self, limit: int, exclude: Collection[Key] = ()) -> list[Ticket]:
        """The first `limit` batches but those in `exclude`: urgent first, then the oldest."""
        found: list[Ticket] = []
        without = self._owed.union(exclude)
        for spool in (self._reserve, self._disk):
            found += self._guarded(spool, lambda s: s.tickets(limit, without)) or []
        found.sort(key=lambda ticket: not ticket.urgent)
        return found[:limit]

    def load(self, tickets: Iterable[Ticket]) -> dict[Key, bytes]:
        """Payloads by key; those evicted or acknowledged meanwhile are left out."""
        keys = [ticket.key for ticket in tickets]
        loaded: dict[Key, bytes] = {}
        for spool in (self._disk, self._reserve):
            if any(map(spool.knows, keys)):
                loaded |= self._guarded(spool, lambda s: s.load(keys)) or {}
        return loaded

    def acknowledge(self, acks: Iterable[Ack]) -> None:
        """Drop what ingest has committed; what the disk will not drop now is dropped later."""
        self._owed.update((ack.epoch, seq) for ack in acks for seq in ack.seqs)
        for spool in (self._disk, self._reserve):
            ours = set(filter(spool.knows, self._owed))
            dropped = self._guarded(spool, lambda s, k=ours: s.acknowledge(k)) if ours else 0
            if dropped is not None:
                self._owed -= ours
        self._owed = set(filter(self._knows, self._owed))

    def close(self) -> None:
        """Release the spool's file."""
        self._disk.close()
        self._reserve.close()

    def _knows(self, key: Key) -> bool:
        return self._disk.knows(key) or self._reserve.knows(key)

    def _keep(self, append: Callable[[Spool], list[int]]) -> None:
        try:
            try:
                append(self._disk)
            except SpoolCorruptError:
                append(self._disk)  # which by now is a new one
        except (SpoolRefusedError, SpoolCorruptError) as error:
            if not self._refused:
                log.error("spool refuses, keeping samples in memory: %s", error)  # noqa: TRY400
            self._refused = True
            append(self._reserve)
            return
        if self._refused:
            self._refused = False
            log.warning("spool accepts again")

    def _guarded(self, spool: Spool, use: Callable[[Spool], T]) -> T | None:
        """What `use` gives; None when the disk fails, which the next round tries again."""
        try:
            return use(spool)
        except (SpoolRefusedError, SpoolCorruptError) as error:
            if not self._refused:
                log.error("spool fails, trying again: %s", error)  # noqa: TRY400
            self._refused = True
            return None
