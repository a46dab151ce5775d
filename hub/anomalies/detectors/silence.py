"""Silence: who should report and does not, counted only while somebody proves that we'd hear it.

A device speaks through its agent, an agent through ingest. Each of these parents has a clock. An
agent's is the *event time* up to which its data are complete: the newest event of its batches that
come in order. Urgent batches overtake a backlog and move no clock; what they tell of a device
counts. A report of an agent that has nothing left to send says the same for the time of the report.
So a link that stalls, for seconds or for hours, counts against nobody: the clock stands still, and
runs through the backlog when it comes. Ingest's clock is its own signs of life.

A child is silent when its parent's clock has run on for the child's limit since the child spoke.
A step of the clock longer than `gap` adds nothing: the parent was away itself. One that is longer
than a third of the gap (one report of the parent), or that leads from one start of an agent to the
next, proves that a child in good order missed one report, not that it missed all in between.

A parent may speak seldom. A child that was overdue already at its parent's last word is therefore
not waited for: for it the clock runs on without a word, for one report of the parent at most. A
child in good order is never overdue then, so a parent that goes away takes no such child with it.

What is found, and when it fell due, depends on the batches and reports alone: when somebody looks
makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import SETTLE, Finding, Spots
from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import AgentRule, SilenceRule
from hub.plans.units import micros

LATE_REPORTS = 1.25  # ours: one report has not come, a quarter of an interval in grace
GAP_REPORTS = 3  # ours: the gap is three reports of the parent

_INGEST = "ingest"
_NEVER: Micros = (1 << 63) - 1


class Word(NamedTuple):
    """A parent's sign of life: its clock, when that was received, and which start of it speaks."""

    clock: Micros
    received: Micros
    epoch: int = 0


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """When a child spoke last (or was first missed), and how far its parent's clock had run."""

    seen: Micros
    ran: Micros
    silent: bool = False


class Family(msgspec.Struct, frozen=True, array_like=True):
    """A parent's last word, how far its clock has run, and its children.

    None of the children can be silent before the clock has run for `look`.
    """

    last: Word
    ran: Micros = 0
    look: Micros = _NEVER
    marks: dict[str, Mark] = {}


class SilenceState(msgspec.Struct, frozen=True):
    """Families by parent."""

    families: dict[str, Family] = {}


class Child(NamedTuple):
    """Whose clock a child is measured by, how often it reports, and how long it may be silent."""

    parent: str
    report: Micros
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
        batch = row.batch
        if isinstance(self.rule, AgentRule):
            heard = {} if row.speaker is None else {row.speaker: batch.received}
            return self._hear(state, {_INGEST: Word(batch.received, batch.received)}, heard)
        if row.complete_to is None:
            return self._hear(state, {}, row.heard)
        word = Word(row.complete_to, batch.received, batch.epoch)
        return self._hear(state, {batch.agent: word}, row.heard)

    def pulse(
        self, state: SilenceState, pulse: Pulse, now: Micros
    ) -> tuple[SilenceState, list[Finding]]:
        """Take in signs of life: they run the clocks, and an agent's own is a word of its own."""
        if isinstance(self.rule, AgentRule):
            ingest = {} if pulse.ingest is None else {_INGEST: Word(pulse.ingest, pulse.ingest)}
            return self._hear(state, ingest, pulse.agents)
        words = {
            agent: Word(min(clock, received), received, self._epoch(state, agent))
            for agent, clock in pulse.settled.items()
            if (received := pulse.agents.get(agent)) is not None
        }
        return self._hear(state, words, {})

    def due(self, state: SilenceState, now: Micros) -> tuple[SilenceState, list[Finding]]:
        """Children that were overdue at their parent's last word and have become silent since."""
        found: list[Finding] = []
        families = state.families
        for parent, family in state.families.items():
            on = min(now - SETTLE - family.last.received, self.gap // GAP_REPORTS)
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

    def _epoch(self, state: SilenceState, parent: str) -> int:
        """Of a report the start is not known: it is taken for one of the last batch's."""
        family = state.families.get(parent)
        return 0 if family is None else family.last.epoch

    def _hear(
        self, state: SilenceState, parents: Mapping[str, Word], heard: Mapping[str, Micros]
    ) -> tuple[SilenceState, list[Finding]]:
        """`heard` is when children spoke, each by its own clock."""
        words: dict[str, dict[str, Micros]] = {}
        for name, at in heard.items():
            if name in self.children:
                words.setdefault(self.children[name].parent, {})[name] = at
        families = dict(state.families)
        found: list[Finding] = []
        for parent in sorted({*(parents.keys() & self._names.keys()), *words}):
            mine, word = words.get(parent, {}), parents.get(parent)
            family = families.get(parent)
            if family is None:
                newest = max(mine.values(), default=0)
                family = Family(word or Word(newest, newest))
            if word is not None:
                family = self._run(family, word)
            families[parent] = self._turn(parent, family, mine, found)
        return SilenceState(families), found

    def _run(self, family: Family, word: Word) -> Family:
        """The family after its parent's clock went on to a word."""
        last, ran, marks = family.last, family.ran, family.marks
        step = word.clock - last.clock
        if step <= 0:
            return family
        if step > self.gap:
            marks = {name: _not_ahead(mark, ran) for name, mark in marks.items()}
            return Family(word, ran, family.look, marks)
        if word.epoch != last.epoch or step > self.gap // GAP_REPORTS:
            marks = {name: self._excused(name, mark, ran, step) for name, mark in marks.items()}
        return Family(word, ran + step, family.look, marks)

    def _excused(self, name: str, mark: Mark, ran: Micros, step: Micros) -> Mark:
        """The mark of a child of which a long step of the clock proves one missed report only."""
        child = self.children.get(name)
        if child is None or mark.silent or ran - mark.ran >= child.late or step <= child.report:
            return mark
        return Mark(mark.seen, mark.ran + step - child.report)

    def _turn(
        self, parent: str, family: Family, heard: dict[str, Micros], found: list[Finding]
    ) -> Family:
        """The family after its children's words."""
        names, ran, look, marks = self._names[parent], family.ran, family.look, dict(family.marks)
        if marks.keys() != names:
            for gone in marks.keys() - names:
                del marks[gone]
            for new in names - marks.keys():
                marks[new] = Mark(family.last.clock, ran)
                look = min(look, ran + self.children[new].limit)
        for name, told in heard.items():
            mark, child = marks[name], self.children[name]
            at = self._spoke(child, told, family.last.clock)
            if at <= mark.seen:
                continue
            ran_then = ran + at - family.last.clock
            if mark.silent:
                found.append(self._recovery(name, mark, at))
                look = min(look, ran_then + child.limit)
            marks[name] = Mark(at, max(ran_then, mark.ran))
        if ran >= look:
            look = self._look(names, family, 0, marks, found)
        return Family(family.last, ran, look, marks)

    def _spoke(self, child: Child, told: Micros, clock: Micros) -> Micros:
        """When a child spoke; of a device, now, however slow its own clock is."""
        slow = isinstance(self.rule, SilenceRule) and told <= clock - child.report
        return clock if slow else told

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
            raised=family.last.clock - (family.ran - mark.ran - limit),
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


def _not_ahead(mark: Mark, ran: Micros) -> Mark:
    """A mark that an urgent word set ahead of a clock that will not run through that time."""
    return mark if mark.ran <= ran else Mark(mark.seen, ran, mark.silent)


def of_devices(name: str, rule: SilenceRule, spots: Spots) -> Silence:
    """Devices of the watched kinds, measured by their agents' clocks."""
    assert rule.missed or rule.silent_s, "check_plan lets no rule judge without a limit"
    children: dict[str, Child] = {}
    for device, spot in spots.items():
        if spot.kind in rule.watches:
            report = micros(spot.report_s)
            limit = micros(rule.silent_s or (rule.missed or 0) * spot.report_s)
            late = min(limit, micros(LATE_REPORTS * spot.report_s))
            children[device] = Child(spot.agent, report, limit, late)
    return Silence(name, rule, children, micros(rule.agent_gap_s))


def of_agents(name: str, rule: AgentRule, agents: Iterable[str]) -> Silence:
    """Agents, measured by ingest's clock; what they owe in a third of the limit is one report."""
    assert rule.silent_s is not None, "check_plan lets no rule judge without a limit"
    limit = micros(rule.silent_s)
    children = {agent: Child(_INGEST, limit // 3, limit, limit // 2) for agent in agents}
    return Silence(name, rule, children, micros(rule.ingest_gap_s))
