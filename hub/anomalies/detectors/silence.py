"""Silence: who should report and does not, counted only while somebody proves that we'd hear it.

A device speaks through its agent, an agent through ingest. Each of these parents has a clock that
runs only while the parent is heard: a gap in its own reports longer than `gap` adds nothing. A
child is silent when its parent's clock has run on for the child's limit since the child was
heard. So an agent's outage, an ingest that was down, and a hub that was down or behind all count
against nobody, without being told apart.

All times are receipt times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import Finding, Spots
from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import AgentRule, SilenceRule
from hub.plans.units import micros

_CHECK_EVERY = 1_000_000  # microseconds; ours: limits are several seconds and more
_INGEST = "ingest"

Heard: TypeAlias = Iterable[tuple[str, Micros]]


class Clock(msgspec.Struct, frozen=True, array_like=True):
    """A parent's clock: heard last at `last`, has run for `ran` microseconds in all."""

    last: Micros
    ran: Micros = 0

    def heard(self, at: Micros, gap: Micros) -> Clock:
        """The clock after a sign of life."""
        passed = at - self.last
        if passed <= 0:
            return self
        return Clock(at, self.ran + (passed if passed <= gap else 0))


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """When a child was heard last, and what its parent's clock showed then."""

    seen: Micros
    ran: Micros
    silent: bool = False


class SilenceState(msgspec.Struct, frozen=True):
    """Clocks by parent, marks by child, and when the marks were compared last."""

    clocks: dict[str, Clock] = {}
    marks: dict[str, Mark] = {}
    checked: Micros = 0


class Child(NamedTuple):
    """Whose clock a child is measured by, and how long it may be silent."""

    parent: str
    limit: Micros


@dataclass(frozen=True)
class Silence:
    """Judges one rule over its children; `of_devices` and `of_agents` make the two kinds."""

    name: str
    rule: SilenceRule | AgentRule
    children: Mapping[str, Child]
    gap: Micros

    @property
    def state_type(self) -> type[SilenceState]:
        """The msgspec struct that holds the state."""
        return SilenceState

    def start(self) -> SilenceState:
        """Nobody was heard yet; a child never heard counts from when it was first missed."""
        return SilenceState()

    def step(
        self, state: SilenceState, row: Row, now: Micros
    ) -> tuple[SilenceState, list[Finding]]:
        """Take in one committed batch."""
        at = row.batch.received
        agent = [] if row.speaker is None else [(row.speaker, at)]
        if isinstance(self.rule, AgentRule):
            return self._hear(state, [(_INGEST, at)], agent)
        return self._hear(state, agent, [(name, at) for name in row.speakers])

    def pulse(
        self, state: SilenceState, pulse: Pulse, now: Micros
    ) -> tuple[SilenceState, list[Finding]]:
        """Take in signs of life: they run the clocks, and an agent's own is a word of its own."""
        if isinstance(self.rule, SilenceRule):
            return self._hear(state, pulse.agents.items(), ())
        ingest = [] if pulse.ingest is None else [(_INGEST, pulse.ingest)]
        return self._hear(state, ingest, pulse.agents.items())

    def due(self, state: SilenceState, now: Micros) -> tuple[SilenceState, list[Finding]]:
        """Children whose parent's clock has run past their limit."""
        if now - state.checked < _CHECK_EVERY:
            return state, []
        marks: dict[str, Mark] = {}
        found: list[Finding] = []
        for name, child in self.children.items():
            clock = state.clocks.get(child.parent, Clock(now))
            mark = state.marks.get(name) or Mark(now, clock.ran)
            if not mark.silent and clock.ran - mark.ran >= child.limit:
                mark = msgspec.structs.replace(mark, silent=True)
                found.append(self._anomaly(name, child, mark, clock))
            marks[name] = mark
        return SilenceState(clocks=state.clocks, marks=marks, checked=now), found

    def _hear(
        self, state: SilenceState, parents: Heard, children: Heard
    ) -> tuple[SilenceState, list[Finding]]:
        clocks, marks = dict(state.clocks), dict(state.marks)
        for name, at in parents:
            clocks[name] = clocks.get(name, Clock(at)).heard(at, self.gap)
        found: list[Finding] = []
        for name, at in children:
            child, mark = self.children.get(name), marks.get(name)
            if child is None or (mark is not None and at <= mark.seen):
                continue
            if mark is not None and mark.silent:
                found.append(
                    Recovery(
                        rule=self.name,
                        kind=self.rule.kind,
                        device=name,
                        started=mark.seen,
                        recovered=at,
                        value=None,
                    )
                )
            clock = clocks.get(child.parent)
            marks[name] = Mark(at, clock.ran if clock else 0)
        return msgspec.structs.replace(state, clocks=clocks, marks=marks), found

    def _anomaly(self, name: str, child: Child, mark: Mark, clock: Clock) -> Anomaly:
        return Anomaly(
            rule=self.name,
            kind=self.rule.kind,
            device=name,
            started=mark.seen,
            raised=clock.last,
            value=(clock.ran - mark.ran) / 1e6,
            limit=child.limit / 1e6,
            unit="s",
            quantity="heard",
            grade=self.rule.grade,
        )


def of_devices(name: str, rule: SilenceRule, spots: Spots) -> Silence:
    """Devices of the watched kinds, measured by their agents' clocks."""
    assert rule.missed is not None, "check_plan lets no rule judge without a limit"
    children = {
        device: Child(spot.agent, micros(rule.missed * spot.report_s))
        for device, spot in spots.items()
        if spot.kind in rule.watches
    }
    return Silence(name, rule, children, micros(rule.agent_gap_s))


def of_agents(name: str, rule: AgentRule, agents: Iterable[str]) -> Silence:
    """Agents, measured by ingest's clock."""
    assert rule.silent_s is not None, "check_plan lets no rule judge without a limit"
    children = {agent: Child(_INGEST, micros(rule.silent_s)) for agent in agents}
    return Silence(name, rule, children, micros(rule.ingest_gap_s))
