"""Detectors: one module per family, pure, deterministic, restartable, the same live and in replay.

A detector is a value made from rules and spots. It takes a state and one committed batch and
gives the next state and what it found; states are never changed in place and can be encoded, so
that a follower may stop and go on anywhere. `now` is receipt time (the store's clock): it only
ever grows, and in a replay it is the receipt time of the batch at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias, TypeVar

from edge.wire import Micros
from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.row import Pulse, Row
from hub.sites.domain import Spot

SETTLE: Micros = 300_000  # ours: what was received may take so long to be committed and read
HOLD_REPORTS = 1.5  # ours: a value holds until the next report, and half an interval in grace

Finding: TypeAlias = Anomaly | Recovery
Spots: TypeAlias = Mapping[str, Spot]

S = TypeVar("S")


class Detector(Protocol[S]):
    """What every family offers; `S` is the family's state."""

    @property
    def state_type(self) -> type[S]:
        """The msgspec struct that holds the state."""
        ...

    def start(self) -> S:
        """The state that knows nothing yet."""
        ...

    def step(self, state: S, row: Row, now: Micros) -> tuple[S, list[Finding]]:
        """Take in one committed batch."""
        ...

    def pulse(self, state: S, pulse: Pulse, now: Micros) -> tuple[S, list[Finding]]:
        """Take in signs of life of agents and ingest."""
        ...

    def due(self, state: S, now: Micros) -> tuple[S, list[Finding]]:
        """Find what time alone has made true by `now`."""
        ...


class Second(Protocol[S]):
    """What works on the findings of others: it counts them, or makes one of several."""

    @property
    def state_type(self) -> type[S]:
        """The msgspec struct that holds the state."""
        ...

    def start(self) -> S:
        """The state that knows nothing yet."""
        ...

    def take(self, state: S, found: list[Finding]) -> tuple[S, list[Finding]]:
        """Take in findings; gives them all with its own, in the order in which they count."""
        ...
