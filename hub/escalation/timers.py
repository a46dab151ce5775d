"""Timers: what falls due in a case and when, drawn from its state, its watch and the plan. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from edge.wire import Micros
from hub.cases.domain import CaseState
from hub.deadlines.calendar import Calendar
from hub.deadlines.count import due
from hub.deadlines.rules import DeadlineRules, LimitName
from hub.escalation.rules import EscalationRules
from hub.escalation.watch import Watch

TimerName = Literal[
    "acknowledge", "accept", "triage", "look", "measure", "reply", "close", "overdue",
    "again", "push_up", "shelved", "suspension", "feedback", "revisit", "reworked", "adrift",
    "small_grid",
]  # fmt: skip
# What happens when it runs out: the stand-in gets the case, somebody is urged, the next level is
# urged, the next level gets the case, both; or it is only listed at the end of the day.
Effect = Literal["hand_over", "urge", "urge_above", "climb", "urge_and_climb", "list"]

EFFECTS: dict[TimerName, Effect] = {
    "overdue": "urge_and_climb",
    "push_up": "urge_and_climb",
    "again": "climb",
    "acknowledge": "hand_over",
    "reworked": "urge_above",
    "adrift": "urge_above",
    "small_grid": "list",
}  # the others urge

_DONE = ("handled", "verified")


class Timer(msgspec.Struct, frozen=True):
    """Something that falls due at a time."""

    name: TimerName
    due: Micros

    @property
    def effect(self) -> Effect:
        """What happens then."""
        return EFFECTS.get(self.name, "urge")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """By what the timers of a case run: the plan's limits for its category, on the calendar of its
    place. `leaf` is its own grid, `root` the highest."""

    deadlines: DeadlineRules
    escalation: EscalationRules
    calendar: Calendar
    category: str | None
    leaf: str
    root: str

    def after(self, name: LimitName, start: Micros, watch: Watch | None = None) -> Micros | None:
        """When the plan's limit of that name runs out; with a `watch`, its pauses don't count."""
        limit = self.deadlines.limit(name, self.category)
        if limit is None or limit.span is None:
            return None
        return due(start, limit.span, self.calendar, () if watch is None else watch.pauses)


def timers(state: CaseState, watch: Watch, terms: Terms) -> list[Timer]:
    """What falls due in a case, the next one first; what was urged already is left out."""
    found = _ended(state) if not state.open else _open(state, watch, terms)
    drawn = (Timer(name, at) for name, at in found if at is not None)
    left = (timer for timer in drawn if (timer.name, timer.due) not in watch.urged)
    return sorted(left, key=lambda timer: (timer.due, timer.name))


_Found = Iterator[tuple[TimerName, Micros | None]]


def _ended(state: CaseState) -> _Found:
    if state.stage != "archived":
        yield "feedback", state.progress.feedback_by
        yield "revisit", state.progress.revisit_by


def _open(state: CaseState, watch: Watch, terms: Terms) -> _Found:
    suspended = state.stage == "suspended"
    yield "acknowledge", state.acknowledge_by
    if suspended:
        yield "suspension", state.progress.held_until
    else:
        yield from _of_the_work(state, watch, terms)
    if watch.reported and state.grade != "emergency":
        if "reporter" not in state.progress.fed_back:
            yield "reply", terms.after("reply", state.opened, watch)
        yield "close", terms.after("close", state.opened, watch)
    if watch.beyond is not None:
        yield "push_up", terms.after("push_up", watch.beyond, watch)
    # Set aside until a day: nobody needs to touch it before.
    untouched = max(watch.acted, state.progress.held_until or 0) if suspended else watch.acted
    yield "shelved", terms.after("shelved", untouched)
    yield "feedback", state.progress.feedback_by
    yield "reworked", _every(terms.escalation.reworks, watch.reworked)
    yield "adrift", _every(terms.escalation.transfers, watch.adrift)


def _every(count: int, times: Sequence[Micros]) -> Micros | None:
    """The last of each `count` times; None: there were fewer."""
    reached = len(times) // count * count
    return times[reached - 1] if reached else None


def _of_the_work(state: CaseState, watch: Watch, terms: Terms) -> _Found:
    progress = state.progress
    if not watch.taken:
        yield "accept", terms.after("accept", watch.arrived)
    yield "triage", progress.triage_by
    yield "measure", progress.measure_by
    yield "look", state.look_by
    yield "overdue", state.due
    yield "again", _again(state, watch, terms)
    if watch.level == terms.leaf and state.stage not in _DONE:
        yield "small_grid", terms.after("small_grid", state.opened, watch)


def _again(state: CaseState, watch: Watch, terms: Terms) -> Micros | None:
    """When a case that is overdue, and was urged for it, goes up once more."""
    known = state.due is not None and ("overdue", state.due) in watch.urged
    if state.due is None or not known or not climbs(state, watch, terms, "overdue"):
        return None
    span = terms.escalation.again_after(state.grade)
    since = max(watch.arrived, state.due)
    return None if span is None else due(since, span, terms.calendar, watch.pauses)


def climbs(state: CaseState, watch: Watch, terms: Terms, name: TimerName) -> bool:
    """Whether the next level gets a case for which that timer has run out.

    What is done and waits for its recheck, or lies with a body outside, stays where it is.
    """
    moves = state.stage not in (*_DONE, "transferred")
    return moves and watch.level != terms.root and name in (*terms.escalation.climbs, "again")
