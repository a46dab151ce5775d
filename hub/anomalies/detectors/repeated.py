"""Repeated: something of one device happens several times within a window.

What is counted is a detection, a device's own word, or what another rule raises. Each happening
counts at its event time; one that is older than the newest counted is history. It is over when it
has not happened again for `quiet_s`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import SETTLE, Finding, Spots
from hub.anomalies.detectors.breach import Terms, Watch
from hub.anomalies.domain import Anomaly
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import RepeatedRule
from hub.plans.units import micros


class Tally(msgspec.Struct, frozen=True, array_like=True):
    """The newest happenings of a device, as many as the rule counts; raised since `raised`."""

    times: tuple[Micros, ...] = ()
    raised: Micros | None = None


class RepeatedState(msgspec.Struct, frozen=True):
    """Tallies by device."""

    tallies: dict[str, Tally] = {}


@dataclass(frozen=True)
class Repeated:
    """Judges one rule, on batches or on what others find."""

    name: str
    rule: RepeatedRule
    spots: Spots

    @property
    def state_type(self) -> type[RepeatedState]:
        """The msgspec struct that holds the state."""
        return RepeatedState

    def start(self) -> RepeatedState:
        """Nothing has happened yet."""
        return RepeatedState()

    def step(
        self, state: RepeatedState, row: Row, now: Micros
    ) -> tuple[RepeatedState, list[Finding]]:
        """Take in one committed batch."""
        rule, batch = self.rule, row.batch
        told: list[tuple[str, Micros]] = []
        if rule.detection is not None:
            told += [(s.device, s.time) for s in batch.detections if s.kind == rule.detection]
        if rule.state is not None:
            told += [(s.device, s.time) for s in batch.states if s.state == rule.state]
        return self._count(state, [(device, row.happened(time)) for device, time in told])

    def pulse(
        self, state: RepeatedState, pulse: Pulse, now: Micros
    ) -> tuple[RepeatedState, list[Finding]]:
        """Signs of life are not counted."""
        return state, []

    def due(self, state: RepeatedState, now: Micros) -> tuple[RepeatedState, list[Finding]]:
        """What has not happened again for long enough is over."""
        found: list[Finding] = []
        tallies: dict[str, Tally] = {}
        for device, tally in state.tallies.items():
            kept = self._pass(device, tally, now - SETTLE, found)
            if kept is not None:
                tallies[device] = kept
        changed = len(tallies) < len(state.tallies)
        return (RepeatedState(tallies) if changed else state), found

    def take(
        self, state: RepeatedState, found: list[Finding]
    ) -> tuple[RepeatedState, list[Finding]]:
        """Count what the rule that is watched raises."""
        told = [
            (one.device, one.raised)
            for one in found
            if isinstance(one, Anomaly) and one.rule == self.rule.rule and not one.muted
        ]
        if not told:
            return state, found
        state, own = self._count(state, told)
        return state, [*found, *own]

    def _count(
        self, state: RepeatedState, told: Iterable[tuple[str, Micros]]
    ) -> tuple[RepeatedState, list[Finding]]:
        count, within = self.rule.count, micros(self.rule.within_s or 0)
        assert count is not None, "check_plan lets no rule judge without a limit"
        tallies, found = dict(state.tallies), list[Finding]()
        for device, time in told:
            if device not in self.spots:
                continue
            tally = tallies.get(device, Tally())
            if tally.times and time < tally.times[-1]:
                continue  # history
            tally = self._pass(device, tally, time, found) or Tally()
            tally = Tally((*tally.times, time)[-count:], tally.raised)
            first = tally.times[0]
            if tally.raised is None and len(tally.times) == count and time - first <= within:
                tally = Tally(tally.times, first)
                watch = Watch(first, value=float(count))
                raised = self._terms.anomaly(device, watch)
                found.append(msgspec.structs.replace(raised, raised=time))
            tallies[device] = tally
        return (RepeatedState(tallies) if told else state), found

    def _pass(self, device: str, tally: Tally, until: Micros, found: list[Finding]) -> Tally | None:
        """The tally when nothing more has happened until then; None: it may be forgotten."""
        if not tally.times:
            return None
        if tally.raised is None:
            stale = until - tally.times[-1] > micros(self.rule.within_s or 0)
            return None if stale else tally
        over = tally.times[-1] + micros(self.rule.quiet_s or 0)
        if until < over:
            return tally
        found.append(self._terms.recovery(device, Watch(tally.raised), over))
        return None

    @property
    def _terms(self) -> Terms:
        rule = self.rule
        quantity = rule.detection or rule.state or rule.rule or ""
        limit = None if rule.count is None else float(rule.count)
        return Terms(self.name, rule, 0, 0, None, limit, "1", quantity)
