"""Silence: who should report and does not, counted only while somebody proves that we'd hear it.

A device speaks through its agent, an agent through ingest. Each of these parents has a clock that
runs only while the parent is heard: a gap in its own reports longer than `gap` adds nothing. A
child is silent when its parent's clock has run on for the child's limit since the child was
heard. So an agent's outage, an ingest that was down, and a hub that was down or behind all count
against nobody, without being told apart.

A parent may speak seldom. A child that was overdue already at its parent's last word is therefore
not waited for: for it the clock runs on without a word, for a third of the gap (one report of the
parent) at most. A child in good order is never overdue then, so a parent that goes away takes no
such child with it.

All times are receipt times. What is found, and when it fell due, depends on these alone: when
somebody looks makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import SETTLE, Finding, Spots
from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import AgentRule, SilenceRule
from hub.plans.units import micros

LATE_REPORTS = 1.25  # ours: one report has not come, a quarter of an interval in grace
RUN_ON_SHARE = 3  # ours: the gap is three reports of the parent

_INGEST = "ingest"
_NEVER: Micros = (1 << 63) - 1

Heard: TypeAlias = Iterable[tuple[str, Micros]]


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """When a child was heard last (or first missed), and what its parent's clock showed then."""

    seen: Micros
    ran: Micros
    silent: bool = False


class Family(msgspec.Struct, frozen=True, array_like=True):
    """A parent, heard last at `last`, its clock, which has run for `ran`, and its children.

    None of the children can be silent before the clock shows `look`.
    """

    last: Micros
    ran: Micros = 0
    look: Micros = _NEVER
    marks: dict[str, Mark] = {}


class SilenceState(msgspec.Struct, frozen=True):
    """Families by parent."""

    families: dict[str, Family] = {}


class Child(NamedTuple):
    """Whose clock a child is measured by, how long it may be silent, and when it is overdue."""

    parent: str
    limit: Micros
    late: Micros


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
        """Children that were overdue at their parent's last word and have become silent since."""
        found: list[Finding] = []
        families = state.families
        for parent, family in state.families.items():
            on = min(now - SETTLE - family.last, self.gap // RUN_ON_SHARE)
            if on <= 0 or family.ran + on < family.look or parent not in self._names:
                continue
            marks, before = dict(family.marks), len(found)
            overdue = frozenset(
                name
                for name in self._names[parent] & marks.keys()
                if family.ran - marks[name].ran >= self.children[name].late
            )
            look = self._look(overdue, family, on, marks, found)
            if len(found) > before:
                rest = self._names[parent] & marks.keys() - overdue
                looks = [
                    marks[name].ran + self.children[name].limit
                    for name in rest
                    if not marks[name].silent
                ]
                look = min([look, *looks])
                families = families | {parent: Family(family.last, family.ran, look, marks)}
        return (SilenceState(families) if found else state), found

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        """The children of each parent."""
        names: dict[str, set[str]] = {}
        for name, child in self.children.items():
            names.setdefault(child.parent, set()).add(name)
        return {parent: frozenset(mine) for parent, mine in names.items()}

    def _hear(
        self, state: SilenceState, parents: Heard, children: Heard
    ) -> tuple[SilenceState, list[Finding]]:
        beats = {name: at for name, at in parents if name in self._names}
        words: dict[str, dict[str, Micros]] = {}
        for name, at in children:
            if name in self.children:
                words.setdefault(self.children[name].parent, {})[name] = at
        families = dict(state.families)
        found: list[Finding] = []
        for parent in sorted({*beats, *words}):
            heard = words.get(parent, {})
            beat = beats.get(parent)
            before = families.get(parent) or Family(max(heard.values()) if beat is None else beat)
            family = before if beat is None else _beaten(before, beat, self.gap)
            families[parent] = self._turn(parent, family, heard, found)
        return SilenceState(families), found

    def _turn(
        self, parent: str, family: Family, heard: dict[str, Micros], found: list[Finding]
    ) -> Family:
        """The family after a parent's beat and its children's words."""
        names, ran, look, marks = self._names[parent], family.ran, family.look, dict(family.marks)
        if marks.keys() != names:
            for gone in marks.keys() - names:
                del marks[gone]
            for new in names - marks.keys():
                marks[new] = Mark(family.last, ran)
                look = min(look, ran + self.children[new].limit)
        for name, at in heard.items():
            mark = marks[name]
            if at <= mark.seen:
                continue
            if mark.silent:
                found.append(self._recovery(name, mark, at))
                look = min(look, ran + self.children[name].limit)
            marks[name] = Mark(at, ran)
        if ran >= look:
            look = self._look(names, family, 0, marks, found)
        return Family(family.last, ran, look, marks)

    def _look(
        self,
        names: frozenset[str],
        family: Family,
        on: Micros,
        marks: dict[str, Mark],
        found: list[Finding],
    ) -> Micros:
        """Mark and find who is silent when the clock has run `on`; gives when to look again."""
        look = _NEVER
        for name in sorted(names):
            mark, limit = marks[name], self.children[name].limit
            if mark.silent:
                continue
            if family.ran + on - mark.ran < limit:
                look = min(look, mark.ran + limit)
                continue
            marks[name] = Mark(mark.seen, mark.ran, silent=True)
            found.append(self._anomaly(name, mark, family, limit))
        return look

    def _anomaly(self, name: str, mark: Mark, family: Family, limit: Micros) -> Anomaly:
        return Anomaly(
            rule=self.name,
            kind=self.rule.kind,
            device=name,
            started=mark.seen,
            raised=family.last - (family.ran - mark.ran - limit),
            value=limit / 1e6,
            limit=limit / 1e6,
            unit="s",
            quantity="heard",
            grade=self.rule.grade,
            supersedes=tuple(self.rule.supersedes),
            veto=self.rule.veto,
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


def _beaten(family: Family, at: Micros, gap: Micros) -> Family:
    """The family after a sign of life of its parent."""
    passed = at - family.last
    if passed <= 0:
        return family
    ran = family.ran + (passed if passed <= gap else 0)
    return Family(at, ran, family.look, family.marks)


def of_devices(name: str, rule: SilenceRule, spots: Spots) -> Silence:
    """Devices of the watched kinds, measured by their agents' clocks."""
    assert rule.missed or rule.silent_s, "check_plan lets no rule judge without a limit"
    children: dict[str, Child] = {}
    for device, spot in spots.items():
        if spot.kind in rule.watches:
            limit = micros(rule.silent_s or (rule.missed or 0) * spot.report_s)
            late = min(limit, micros(LATE_REPORTS * spot.report_s))
            children[device] = Child(spot.agent, limit, late)
    return Silence(name, rule, children, micros(rule.agent_gap_s))


def of_agents(name: str, rule: AgentRule, agents: Iterable[str]) -> Silence:
    """Agents, measured by ingest's clock."""
    assert rule.silent_s is not None, "check_plan lets no rule judge without a limit"
    limit = micros(rule.silent_s)
    children = {agent: Child(_INGEST, limit, limit // 2) for agent in agents}
    return Silence(name, rule, children, micros(rule.ingest_gap_s))
