"""Trial: the lower pair of the link test, agent and ingest. Acknowledgements in, batches out.

A round is an empty batch, published like an alarm and acknowledged by ingest after its commit, so
that it goes all the way that a reading goes. The rounds of one life of an agent share an epoch of
their own, and a seq is used until it is acknowledged, so that none is ever missing. Times are
seconds of any monotonic clock.

The upper pair, ingest and store, comes first by itself: a worker listens to the broker only after
it has passed its own test.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from statistics import median

from edge.sample import Sample, cut_batch
from edge.wire import Ack, LinkTest, Micros, encode_batch

ROUNDS = 5  # ours: enough for a median that one slow commit does not move
LIMIT_S = 5.0  # ours: an alarm that takes longer is no alarm
PAUSE_S = 10.0  # ours: how long after a failure the next test begins


class Trial:
    """Link tests, one after another until one is passed; `begin` asks for another."""

    def __init__(
        self,
        agent: str,
        clock: Callable[[], Micros],
        *,
        rounds: int = ROUNDS,
        limit_s: float = LIMIT_S,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._agent = agent
        self._clock = clock
        self._rounds = rounds
        self._limit_s = limit_s
        self._pause_s = pause_s
        self._start_at: float | None = None
        self._running = False
        self._epoch = secrets.randbits(63) or 1
        self._acknowledged = 0
        self._trips: list[float] = []
        self._sent_at: float | None = None

    def begin(self, now: float) -> None:
        """Start a test at once; one that is under way starts over."""
        self._start_at = now

    def stop(self) -> None:
        """The link is lost; nothing is tested before the next `begin`."""
        self._start_at, self._running = None, False

    def due(self, now: float) -> bytes | None:
        """The batch to publish now, if one is due; it counts as published."""
        if self._start_at is not None and now >= self._start_at:
            self._start_at, self._running = None, True
            self._trips, self._sent_at = [], None
        if not self._running or self._sent_at is not None:
            return None
        self._sent_at = now
        batch = cut_batch(
            Sample(),
            agent=self._agent,
            epoch=self._epoch,
            seq=self._acknowledged + 1,
            made=self._clock(),
            origin="trial",
        )
        return encode_batch(batch)

    def note(self, ack: Ack, now: float) -> LinkTest | None:
        """Take in an acknowledgement; the result when it was the last round's."""
        if not self._running or self._sent_at is None or ack.epoch != self._epoch:
            return None
        if self._acknowledged + 1 not in ack.seqs:
            return None
        self._acknowledged += 1
        self._trips.append(now - self._sent_at)
        self._sent_at = None
        if len(self._trips) < self._rounds:
            return None
        self._running = False
        return self._result()

    def expired(self, now: float) -> LinkTest | None:
        """The result when a round has waited for too long; the next test follows by itself."""
        if not self._running or self._sent_at is None or now - self._sent_at < self._limit_s:
            return None
        self._running, self._start_at = False, now + self._pause_s
        return self._result(
            f"test batch {len(self._trips) + 1} of {self._rounds} was not acknowledged within "
            f"{self._limit_s:g} s; is an ingest worker connected, and its database up?"
        )

    def _result(self, reason: str = "") -> LinkTest:
        trips = [round(trip * 1000, 3) for trip in self._trips]
        return LinkTest(
            tested=self._clock(),
            passed=not reason,
            rounds=len(trips),
            median_ms=median(trips) if trips else 0.0,
            slowest_ms=max(trips, default=0.0),
            reason=reason,
        )
