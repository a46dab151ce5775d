"""Lapse: what happens in a case when its timers run out. Pure.

One owner at a time: of several changes that are due at once, the way up comes first, and gives the
new owner the full time to accept, so that the same moment does not hand the case on twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from edge.wire import Micros
from hub.cases.domain import CaseState, Event, evolve
from hub.cases.facts import seconds_on
from hub.cases.news import hand_over
from hub.escalation.timers import Terms, Timer, TimerName, climbs, timers
from hub.escalation.watch import CALENDAR, Watch, watched_on
from hub.roster.domain import Answer, Leave, Post, answerable

_ORDER = ("climb", "urge_and_climb", "hand_over", "urge_above", "urge", "list")


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """Who is there: the posts from the leaf grid up, who is on leave, and the desk on duty."""

    posts: tuple[Post, ...]
    leaves: tuple[Leave, ...]
    desk: tuple[str, ...]
    acknowledge_s: float

    def at(self, level: str) -> tuple[Post, ...]:
        """The posts from a level up. One that is passed over, under direct command: the root's."""
        codes = [post.grid for post in self.posts]
        return self.posts[codes.index(level) :] if level in codes else self.posts[-1:]

    def above(self, level: str, now: Micros, but: str | None) -> Answer | None:
        """Who answers in the nearest grid above a level, on whichever post; not `but`."""
        higher = tuple(post for post in self.at(level) if post.grid != level)
        return answerable(higher, now, self.leaves, () if but is None else (but,))


class Lapsed(msgspec.Struct, frozen=True):
    """The events that are due, and the timers of which nothing came: nobody was there."""

    events: tuple[Event, ...]
    vain: frozenset[TimerName]


def lapse(state: CaseState, watch: Watch, terms: Terms, around: Around, now: Micros) -> Lapsed:
    """All that is due in a case at `now`, one after the other, each in the state after the last."""
    events: list[Event] = []
    vain: set[TimerName] = set()
    while due := _due(state, watch, terms, now, vain):
        brought = _brought(due[0], state, watch, terms, around, now)
        if not brought:
            vain.add(due[0].name)
        for event in brought:
            state, watch = evolve(state, event), watched_on(watch, event)
        events += brought
    moved = _on_leave(state, watch, around, now) if state.open else []
    return Lapsed((*events, *moved), frozenset(vain))


def _due(
    state: CaseState, watch: Watch, terms: Terms, now: Micros, vain: set[TimerName]
) -> list[Timer]:
    found = [
        timer
        for timer in timers(state, watch, terms)
        if timer.due <= now and timer.effect != "list" and timer.name not in vain
    ]
    return sorted(found, key=lambda timer: (_ORDER.index(timer.effect), timer.due))


def _brought(
    timer: Timer, state: CaseState, watch: Watch, terms: Terms, around: Around, now: Micros
) -> list[Event]:
    match timer.effect:
        case "hand_over":
            return _handed_over(state, watch, around, now)
        case "climb":
            return _climbed(timer, state, watch, terms, around, now)
        case "urge_and_climb":
            urged = _urged(timer, state, watch, around, now)
            return urged + _climbed(timer, state, watch, terms, around, now)
        case _:
            return _urged(timer, state, watch, around, now)


def _handed_over(state: CaseState, watch: Watch, around: Around, now: Micros) -> list[Event]:
    """Not accepted in time: the level's stand-in, else the next level's posts (GR-11)."""
    late = () if state.owner is None else (state.owner,)
    answer = answerable(around.at(watch.level), now, around.leaves, late)
    if answer is None or answer.person == state.owner:
        return []
    away = any(leave.person == state.owner and leave.covers(now) for leave in around.leaves)
    reason = "unacknowledged" if late and not away else (answer.reason or "vacant")
    return hand_over(state, answer, reason=reason, now=now)


def _on_leave(state: CaseState, watch: Watch, around: Around, now: Micros) -> list[Event]:
    """Whoever goes on leave hands over, at whatever step the case stands (GR-11)."""
    if not any(leave.person == state.owner and leave.covers(now) for leave in around.leaves):
        return []
    answer = answerable(around.at(watch.level), now, around.leaves)
    if answer is None or answer.person == state.owner:
        return []
    return hand_over(state, answer, reason=answer.reason or "vacant", now=now)


def _climbed(
    timer: Timer, state: CaseState, watch: Watch, terms: Terms, around: Around, now: Micros
) -> list[Event]:
    """One level up, with the reason; the new owner must accept in time as well (CA-08)."""
    if not climbs(state, watch, terms, timer.name):
        return []
    above = around.above(watch.level, now, state.owner)
    if above is None:
        return []
    data = {
        "to": above.person,
        "from": state.owner,
        "from_grid": watch.level,
        "to_grid": above.grid,
        "post": above.post,
        "reason": "overdue" if timer.name == "again" else timer.name,
        "acknowledge_by": seconds_on(around.acknowledge_s, now),
    }
    return [Event(event="escalated", at=now, actor=CALENDAR, data=data)]


def _urged(
    timer: Timer, state: CaseState, watch: Watch, around: Around, now: Micros
) -> list[Event]:
    """Whoever has the case, the desk on duty and the next level are told what has run out."""
    above = around.above(watch.level, now, state.owner)
    told = dict[str, str]()
    if state.owner is not None:
        told[state.owner] = "holder"
    if above is not None:
        told.setdefault(above.person, "upper")
    for person in around.desk:
        told.setdefault(person, "duty")
    data: dict[str, Any] = {
        "why": timer.name,
        "due": timer.due,
        "level": watch.level,
        "notify": _notified(told),
    }
    if timer.effect == "urge_above":
        data["to"] = None if above is None else above.person
        data["to_grid"] = None if above is None else above.grid
    else:
        data["to"] = state.owner
    return [Event(event="urged", at=now, actor=CALENDAR, data=data)]


def _notified(told: dict[str, str]) -> Sequence[dict[str, str]]:
    return [{"person": person, "as": capacity} for person, capacity in told.items()]
