"""Window: which batches to publish next, and which again. No I/O: tickets in, tickets out.

Times are seconds of any monotonic clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from edge.pack import Channel

Key: TypeAlias = tuple[int, int]  # (epoch, seq)

MAX_BULK_BYTES = 4 << 20  # ours: what may stand in the uplink before an alarm


class Ticket(NamedTuple):
    """A spooled batch without its payload; `size` is the payload's, in bytes."""

    epoch: int
    seq: int
    channel: Channel
    size: int

    @property
    def key(self) -> Key:
        """The batch's identity within its agent."""
        return self.epoch, self.seq

    @property
    def urgent(self) -> bool:
        """Whether it goes before all that is not."""
        return self.channel == "urgent"


class _Sending(NamedTuple):
    ticket: Ticket
    at: float


class Window:
    """The batches that are published and not yet acknowledged.

    At most `limit` batches and `max_bulk_bytes` (but always one batch) of what is not urgent are
    in flight; urgent batches have `limit` places of their own, so that an alarm never waits for
    bulk to be acknowledged.

    What is not acknowledged in time is sent again. While nothing is acknowledged at all, ingest or
    the store is away, and copies would only pile up at the broker: then one batch at a time asks
    whether they are back, and their first answer lets everything that is overdue go.
    """

    def __init__(
        self, limit: int, resend_s: float, *, max_bulk_bytes: int = MAX_BULK_BYTES
    ) -> None:
        self._limit = limit
        self._resend_s = resend_s
        self._max_bulk_bytes = max_bulk_bytes
        self._in_flight: dict[Key, _Sending] = {}
        self._answered = False  # since the last choice
        self._heard_at = self._asked_at = -math.inf

    @property
    def in_flight(self) -> frozenset[Key]:
        """What is published and not yet acknowledged."""
        return frozenset(self._in_flight)

    @property
    def reach(self) -> int:
        """How many tickets `choose` may use at most."""
        return 2 * self._limit

    def choose(self, heads: Sequence[Ticket], now: float) -> list[Ticket]:
        """What to publish now, urgent first; it counts as published from here on.

        `heads` are the first `reach` spooled batches, urgent first, then the oldest; those in
        flight may be among them or left out.
        """
        fresh = list(self._fitting(heads))
        chosen = sorted(self._overdue(now) + fresh, key=lambda ticket: not ticket.urgent)
        for ticket in chosen:
            self._in_flight[ticket.key] = _Sending(ticket, now)
        return chosen

    def settle(self, keys: Iterable[Key]) -> None:
        """These need no sending any more: acknowledged, or gone from the spool."""
        for key in keys:
            self._answered = self._in_flight.pop(key, None) is not None or self._answered

    def withdraw(self, tickets: Iterable[Ticket]) -> None:
        """These could not be published after all; they are due again at once."""
        for ticket in tickets:
            self._in_flight.pop(ticket.key, None)

    def reconnect(self) -> None:
        """The connection is new: nothing is in flight, all that is spooled is due again."""
        self._in_flight.clear()

    def _overdue(self, now: float) -> list[Ticket]:
        """What to send again: all that waits too long, or one of it while nobody answers."""
        if self._answered:
            self._answered, self._heard_at = False, now
        waiting = [s for s in self._in_flight.values() if now - s.at >= self._resend_s]
        if now - self._heard_at < self._resend_s:
            return [sending.ticket for sending in waiting]
        if not waiting or now - self._asked_at < self._resend_s:
            return []
        self._asked_at = now
        oldest = min(waiting, key=lambda s: (s.at, not s.ticket.urgent))
        return [oldest.ticket]

    def _fitting(self, heads: Sequence[Ticket]) -> Iterable[Ticket]:
        urgent = sum(sending.ticket.urgent for sending in self._in_flight.values())
        bulk = len(self._in_flight) - urgent
        size = sum(s.ticket.size for s in self._in_flight.values() if not s.ticket.urgent)
        for ticket in heads:
            if ticket.key in self._in_flight:
                continue
            if ticket.urgent:
                if urgent < self._limit:
                    urgent += 1
                    yield ticket
                continue
            if bulk >= self._limit or (bulk and size + ticket.size > self._max_bulk_bytes):
                return
            bulk += 1
            size += ticket.size
            yield ticket
