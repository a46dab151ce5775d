"""Denials: a reader denies again and again, or one card is denied again and again anywhere.

Whose card it was is told to nobody. The case belongs to the reader of the last denial.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import SETTLE, Finding, Spots
from hub.anomalies.detectors.happening import Happening, Standing, happening
from hub.anomalies.detectors.people import forget, remember
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import DenialsRule
from hub.plans.units import micros

Times: TypeAlias = tuple[Micros, ...]


class DenialsState(msgspec.Struct, frozen=True):
    """The newest denials by reader and by person key, and what stands by reader."""

    readers: dict[str, Times] = {}
    people: dict[int, Times] = {}
    standing: Standing = {}


@dataclass(frozen=True)
class Denials:
    """Judges one rule over all readers."""

    name: str
    rule: DenialsRule
    spots: Spots

    @property
    def state_type(self) -> type[DenialsState]:
        """The msgspec struct that holds the state."""
        return DenialsState

    def start(self) -> DenialsState:
        """Nobody was denied yet."""
        return DenialsState()

    def step(
        self, state: DenialsState, row: Row, now: Micros
    ) -> tuple[DenialsState, list[Finding]]:
        """Take in one committed batch."""
        denied = [s for s in row.batch.swipes if not s.granted and s.reader in self.spots]
        if not denied:
            return state, []
        readers, people, standing = dict(state.readers), dict(state.people), dict(state.standing)
        found: list[Finding] = []
        for swipe in denied:
            reader, person, time = swipe.reader, swipe.person, row.happened(swipe.time)
            if self._happening.stands(standing, reader, time, found):
                self._happening.note(standing, reader, time, found)
                continue
            readers[reader] = self._counted(readers.get(reader, ()), time)
            own = self._counted(people.get(person, ()), time)
            remember(people, person, own, _newest, time - self._within)
            if self._enough(readers[reader]) or self._enough(own):
                del readers[reader], people[person]
                self._happening.note(standing, reader, time, found, self._happening.terms.limit)
        return DenialsState(readers, people, standing), found

    def pulse(
        self, state: DenialsState, pulse: Pulse, now: Micros
    ) -> tuple[DenialsState, list[Finding]]:
        """Signs of life are no denials."""
        return state, []

    def due(self, state: DenialsState, now: Micros) -> tuple[DenialsState, list[Finding]]:
        """A reader that has denied nobody for long enough is good again."""
        found: list[Finding] = []
        standing = self._happening.lapse(state.standing, now - SETTLE, found)
        people = forget(state.people, _newest, now)
        if not found and people is state.people:
            return state, found
        return DenialsState(state.readers, people, standing), found

    def _counted(self, before: Times, time: Micros) -> Times:
        """The newest denials in order of time, as many as the rule counts."""
        count = self.rule.count
        assert count is not None, "check_plan lets no rule judge without a limit"
        return tuple(sorted((*before, time))[-count:])

    def _enough(self, times: Times) -> bool:
        return len(times) == self.rule.count and times[-1] - times[0] <= self._within

    @property
    def _within(self) -> Micros:
        return micros(self.rule.within_s or 0)

    @cached_property
    def _happening(self) -> Happening:
        rule = self.rule
        limit = None if rule.count is None else float(rule.count)
        return happening(self.name, rule, rule.quiet_s, limit, "1", "denials")


def _newest(times: Times) -> Micros:
    return times[-1]
