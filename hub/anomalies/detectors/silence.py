"""Silence: who should report and does not, counted only while somebody proves that we'd hear it.

A device speaks through its agent, an agent through ingest. Each of these parents has a clock that
runs only while the parent is heard: a gap in its own reports longer than `gap` adds nothing. A
child is silent when its parent's clock has run on for the child's limit since the child was
heard. So an agent's outage, an ingest that was down, and a hub that was down or behind all count
against nobody, without being told apart.

All times are receipt times. Everything is found when a clock moves on, so when somebody looks
makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import Finding, Spots
from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import AgentRule, SilenceRule
from hub.plans.units import micros

_INGEST = "ingest"
_NEVER: Micros = (1 << 63) - 1

Heard: TypeAlias = Iterable[tuple[str, Micros]]


class Clock(msgspec.Struct, frozen=True, array_like=True):
    """A parent's clock: heard last at `last`, has run for `ran` microseconds in all.

    None of its children can be silent before it shows `look`.
    """

    last: Micros
    ran: Micros = 0
    look: Micros = _NEVER

    def heard(self, at: Micros, gap: Micros) -> Clock:
        """The clock after a sign of life."""
        passed = at - self.last
        if passed <= 0:
            return self
        return Clock(at, self.ran + (passed if passed <= gap else 0), self.look)


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """When a child was heard last (or first missed), and what its parent's clock showed then."""

    seen: Micros
    ran: Micros
    silent: bool = False


class SilenceState(msgspec.Struct, frozen=True):
    """Clocks by parent, marks by child."""

    clocks: dict[str, Clock] = {}
    marks: dict[str, Mark] = {}


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
        """Nobody was heard yet; a child never heard is missed from its parent's first word on."""
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
        """Nothing becomes true without a word from a parent."""
        return state, []

    @cached_property
    def _families(self) -> dict[str, frozenset[str]]:
        """The children of each parent."""
        families: dict[str, set[str]] = {}
        for name, child in self.children.items():
            families.setdefault(child.parent, set()).add(name)
        return {parent: frozenset(names) for parent, names in families.items()}

    def _hear(
        self, state: SilenceState, parents: Heard, children: Heard
    ) -> tuple[SilenceState, list[Finding]]:
        clocks, marks = dict(state.clocks), dict(state.marks)
        found: list[Finding] = []
        parents = [(name, at) for name, at in parents if name in self._families]
        for name, at in parents:
            clocks[name] = clocks.get(name, Clock(at)).heard(at, self.gap)
            for new in self._families[name] - marks.keys():
                self._mark(new, at, clocks, marks)
        for name, at in children:
            mark = marks.get(name)
            if name not in self.children or (mark is not None and at <= mark.seen):
                continue
            if mark is not None and mark.silent:
                found.append(self._recovery(name, mark, at))
            self._mark(name, at, clocks, marks)
        for name, _ in parents:
            if clocks[name].ran >= clocks[name].look:
                found += self._look(name, clocks, marks)
        return SilenceState(clocks, marks), found

    def _mark(
        self, name: str, at: Micros, clocks: dict[str, Clock], marks: dict[str, Mark]
    ) -> None:
        """Note that a child was heard, or is missed from now on."""
        child = self.children[name]
        clock = clocks.setdefault(child.parent, Clock(at))
        marks[name] = Mark(at, clock.ran)
        look = min(clock.look, clock.ran + child.limit)
        if look != clock.look:
            clocks[child.parent] = msgspec.structs.replace(clock, look=look)

    def _look(self, parent: str, clocks: dict[str, Clock], marks: dict[str, Mark]) -> list[Finding]:
        """Find the silent children of a parent, and when to look again."""
        clock, look = clocks[parent], _NEVER
        found: list[Finding] = []
        for name in sorted(self._families[parent]):
            mark, limit = marks[name], self.children[name].limit
            if mark.silent:
                continue
            if clock.ran - mark.ran < limit:
                look = min(look, mark.ran + limit)
                continue
            marks[name] = msgspec.structs.replace(mark, silent=True)
            found.append(self._anomaly(name, mark, clock, limit))
        clocks[parent] = msgspec.structs.replace(clock, look=look)
        return found

    def _anomaly(self, name: str, mark: Mark, clock: Clock, limit: Micros) -> Anomaly:
        return Anomaly(
            rule=self.name,
            kind=self.rule.kind,
            device=name,
            started=mark.seen,
            raised=clock.last,
            value=(clock.ran - mark.ran) / 1e6,
            limit=limit / 1e6,
            unit="s",
            quantity="heard",
            grade=self.rule.grade,
        )

    def _recovery(self, name: str, mark: Mark, at: Micros) -> Recovery:
        return Recovery(
            rule=self.name,
            kind=self.rule.kind,
            device=name,
            started=mark.seen,
            recovered=at,
            value=None,
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
