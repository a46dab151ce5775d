"""News: what sensors and the roster bring to a case. Pure.

Each function gives the events that the news brings to a case in its present state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from edge.wire import Micros
from hub.anomalies.domain import Anomaly, Recovery
from hub.cases.deeds.working import verified_by_sensor
from hub.cases.facts import breach_facts, finite, minutes_on, seconds_on
from hub.cases.state import CaseState, Event, breach_in
from hub.cases.vocabulary import SENSOR, PersonId, Stage
from hub.plans.categories import Route
from hub.roster.domain import Answer, Reason
from hub.sites.alarm_list import Told
from hub.sites.responsible import Responsible

ROSTER = "system:roster"  # who acts when somebody is on leave or does not answer in time

_ENDANGERED: frozenset[Stage] = frozenset({"handled", "verified"})


def discover(
    anomaly: Anomaly,
    *,
    warden: PersonId | None,
    due_minutes: int | None,
    now: Micros,
    acknowledge_s: float | None = None,
    responsible: Responsible | None = None,
    notify: Sequence[Told] = (),
    route: Route | None = None,
    actor: str = SENSOR,
    look_minutes: int | None = None,
    measure_by: Micros | None = None,
) -> list[Event]:
    """A case opens: the first event, which assigns it to the warden of the device's leaf grid.

    The responsible persons and the departments' `route` of that moment are copied into it. `notify`
    are those who are told at once, all at the same time (HZ-07). `actor` found it. With
    `look_minutes` somebody must go and look within so long (SE-23). Until `measure_by` an emergency
    needs its first protective measure (CA-10).
    """
    facts = breach_facts(anomaly) | notified(notify) | routed(route) | measured_by(measure_by)
    facts |= {
        "kind": anomaly.kind,
        "device": anomaly.device,
        "grade": anomaly.grade,
        "warden": warden,
        "due": minutes_on(due_minutes, now),
        "acknowledge_by": seconds_on(acknowledge_s, now),
        "look_by": minutes_on(look_minutes, now),
        "responsible": None if responsible is None else msgspec.to_builtins(responsible),
    }
    return [Event(event="discovered", at=now, actor=actor, data=facts)]


def hand_over(
    state: CaseState, answer: Answer, *, reason: Reason, now: Micros, note: str = ""
) -> list[Event]:
    """Another person must act from now on; the step at which the case stands stays."""
    facts = {
        "to": answer.person,
        "from": state.owner,
        "grid": answer.grid,
        "post": answer.post,
        "reason": reason,
    }
    return [Event(event="handed_over", at=now, actor=ROSTER, note=note, data=facts)]


def recur(state: CaseState, anomaly: Anomaly, *, now: Micros) -> list[Event]:
    """The danger shows again: noted, and sent back to its owner if it was thought dealt with.

    Raises:
        ValueError: the case is closed; a new anomaly opens a new case.
    """
    facts = breach_facts(anomaly) | _other(state, anomaly.device)
    return danger_back(state, Event(event="recurred", at=now, actor=SENSOR, data=facts))


def relapses(state: CaseState, started: Micros, within_minutes: int) -> bool:
    """Whether a danger that shows again at `started` is that of an ended case: badly mended.

    A case that is archived, or was ended for another reason than that it was solved, stays so.
    """
    ended = state.progress.ended
    if state.open or state.stage == "archived" or state.progress.outcome != "solved":
        return False
    return ended is not None and started <= ended + within_minutes * 60_000_000


def relapse(
    state: CaseState, anomaly: Anomaly, *, now: Micros, due_minutes: int | None = None
) -> list[Event]:
    """The danger of an ended case is back: the case opens again, at whoever had it."""
    facts = breach_facts(anomaly) | {
        "to": state.owner or state.warden,
        "due": minutes_on(due_minutes, now),
    }
    return [Event(event="relapsed", at=now, actor=SENSOR, data=facts)]


def join(state: CaseState, anomaly: Anomaly, *, now: Micros) -> list[Event]:
    """Another device sees the same danger.

    Raises:
        ValueError: the case is closed; a new anomaly opens a new case.
    """
    facts = breach_facts(anomaly) | {"device": anomaly.device}
    return danger_back(state, Event(event="joined", at=now, actor=SENSOR, data=facts))


def merge(state: CaseState, number: str, *, now: Micros) -> list[Event]:
    """The danger is that of another case: this one is closed, its breaches go over there."""
    if not state.open:
        return []
    return [Event(event="merged", at=now, actor=SENSOR, data={"number": number})]


def absorb(state: CaseState, other: CaseState, *, now: Micros) -> list[Event]:
    """Take over what is broken still in a case that was merged into this one."""
    measured = {name: getattr(other, name) for name in ("value", "limit", "unit", "quantity")}
    events: list[Event] = []
    for breach in sorted(other.breaches):
        rule, _, device = breach.partition("@")
        facts = {"rule": rule, "device": device or other.device} | measured
        events.append(Event(event="joined", at=now, actor=SENSOR, data=facts))
    return events


def worsen(
    state: CaseState,
    anomaly: Anomaly,
    *,
    due_minutes: int | None,
    now: Micros,
    acknowledge_s: float | None = None,
    measure_by: Micros | None = None,
) -> list[Event]:
    """The same trouble has become worse: the case takes on its kind, grade and nearer deadlines.

    Raises:
        ValueError: the case is closed; a new anomaly opens a new case.
    """
    deadlines = [due for due in (state.due, minutes_on(due_minutes, now)) if due is not None]
    waits = [state.acknowledge_by, seconds_on(acknowledge_s, now)]
    known = [until for until in waits if until is not None]
    facts = (
        breach_facts(anomaly)
        | _other(state, anomaly.device)
        | {
            "kind": anomaly.kind,
            "grade": anomaly.grade,
            "due": min(deadlines, default=None),
            "acknowledge_by": min(known) if state.acknowledge_by is not None else None,
        }
        | measured_by(measure_by)
    )
    return danger_back(state, Event(event="worsened", at=now, actor=SENSOR, data=facts))


def alarm(state: CaseState, why: str, notify: Sequence[Told], *, now: Micros) -> list[Event]:
    """All of an alarm list are told of an open case that somebody was looking at."""
    if not state.open:
        return []
    return [Event(event="alarmed", at=now, actor=SENSOR, data={"why": why} | notified(notify))]


def recover(
    state: CaseState, recovery: Recovery, *, now: Micros, actor: str = SENSOR
) -> list[Event]:
    """The sensor is good again; a handled case is thereby verified. Known news brings nothing."""
    other = _other(state, recovery.device)
    if not state.open or breach_in(state, {"rule": recovery.rule} | other) not in state.breaches:
        return []
    facts = {
        "rule": recovery.rule,
        "recovered": recovery.recovered,
        "value": finite(recovery.value),
    } | other
    news = Event(event="sensor_recovered", at=now, actor=actor, data=facts)
    if state.stage == "handled" and len(state.breaches) == 1:
        return [news, verified_by_sensor(now)]
    return [news]


def danger_back(state: CaseState, news: Event) -> list[Event]:
    """The news, and the way back to its owner if the case was thought dealt with.

    Raises:
        ValueError: the case is closed.
    """
    if not state.open:
        raise ValueError("danger does not come back to a closed case: open a new one")
    if state.stage not in _ENDANGERED:
        return [news]
    again = {"to": state.owner or state.warden}
    return [news, Event(event="dispatched", at=news.at, actor=SENSOR, data=again)]


def _other(state: CaseState, device: str) -> dict[str, str]:
    return {} if device == state.device else {"device": device}


def notified(notify: Sequence[Told]) -> dict[str, Any]:
    """Who is told at once, as an event carries it; nobody, nothing."""
    told = [{"person": one.person, "as": one.capacity} for one in notify]
    return {"notify": told} if told else {}


def measured_by(moment: Micros | None) -> dict[str, Any]:
    """Until when a first protective measure is asked, as an event carries it; none, nothing."""
    return {} if moment is None else {"measure_by": moment}


def routed(route: Route | None) -> dict[str, Any]:
    """A route as an event carries it; none, nothing."""
    if route is None:
        return {}
    known: dict[str, Any] = msgspec.to_builtins(route)
    return {"route": {key: value for key, value in known.items() if value is not None}}
