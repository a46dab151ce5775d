"""Reason: a reader's own word about a swipe: an unknown card, duress, a lock-out.

Whose card it was plays no part: the anomaly tells that it happened at this reader at this time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import SETTLE, Finding, Spots
from hub.anomalies.detectors.happening import Happening, Standing, happening
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import ReasonRule


class ReasonState(msgspec.Struct, frozen=True):
    """What stands, by reader."""

    standing: Standing = {}


@dataclass(frozen=True)
class Said:
    """Judges one rule over all readers."""

    name: str
    rule: ReasonRule
    spots: Spots

    @property
    def state_type(self) -> type[ReasonState]:
        """The msgspec struct that holds the state."""
        return ReasonState

    def start(self) -> ReasonState:
        """No reader has said anything yet."""
        return ReasonState()

    def step(self, state: ReasonState, row: Row, now: Micros) -> tuple[ReasonState, list[Finding]]:
        """Take in one committed batch."""
        reasons = self.rule.reasons
        said = [s for s in row.batch.swipes if s.reason in reasons and s.reader in self.spots]
        if not said:
            return state, []
        standing, found = dict(state.standing), list[Finding]()
        for swipe in said:
            self._happening.note(standing, swipe.reader, row.happened(swipe.time), found)
        return ReasonState(standing), found

    def pulse(
        self, state: ReasonState, pulse: Pulse, now: Micros
    ) -> tuple[ReasonState, list[Finding]]:
        """Signs of life are no swipes."""
        return state, []

    def due(self, state: ReasonState, now: Micros) -> tuple[ReasonState, list[Finding]]:
        """What was not said again for long enough is over."""
        found: list[Finding] = []
        standing = self._happening.lapse(state.standing, now - SETTLE, found)
        return (ReasonState(standing) if found else state), found

    @cached_property
    def _happening(self) -> Happening:
        return happening(self.name, self.rule, self.rule.quiet_s, None, "1", self.rule.reasons[0])
