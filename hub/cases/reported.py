"""Reported: what people bring to a case. Pure.

A report has no reading: it breaks the rule `REPORT`, which no sensor can mend, so that a case that
somebody has reported is verified by a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import msgspec

from edge.wire import Micros
from hub.anomalies.domain import AnomalyKind, Grade
from hub.cases.facts import minutes_on, seconds_on
from hub.cases.news import danger_back, measured_by, notified, routed
from hub.cases.state import CaseState, Event
from hub.cases.vocabulary import REPORT, PersonId, Stage
from hub.plans.categories import Route
from hub.sites.alarm_list import Told
from hub.sites.responsible import Responsible

PASSER_BY = "system:passer_by"  # who acts where nobody gave a name

_STOPPABLE: frozenset[Stage] = frozenset(
    ("discovered", "screened", "accepted", "triaged", "dispatched")
)
_GRADES: tuple[Grade, ...] = get_args(Grade)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody reports of a device or other subject; `photos` are their hashes.

    `role` is the reporter's in the site, as far as known. `dissuaded`: it was conduct that the
    reporter has stopped on the spot (HZ-19).
    """

    id: int
    kind: AnomalyKind
    subject: str
    grade: Grade
    due_minutes: int
    actor: PersonId
    seen: Micros
    words: str = ""
    photos: tuple[str, ...] = ()
    role: str | None = None
    dissuaded: bool = False


def open_reported(
    report: Report,
    *,
    warden: PersonId | None,
    now: Micros,
    acknowledge_s: float | None = None,
    responsible: Responsible | None = None,
    notify: Sequence[Told] = (),
    route: Route | None = None,
    screening: bool = False,
    measure_by: Micros | None = None,
) -> list[Event]:
    """A case opens with a report; the responsible persons and the route are copied into it.

    With `screening` a second role must confirm what is no emergency (HZ-09).
    """
    facts = _facts(report) | notified(notify) | routed(route) | measured_by(measure_by)
    if screening and report.grade != "emergency":
        facts["screen"] = True
    facts |= {
        "kind": report.kind,
        "device": report.subject,
        "grade": report.grade,
        "warden": warden,
        "due": minutes_on(report.due_minutes, now),
        "acknowledge_by": seconds_on(acknowledge_s, now),
        "responsible": None if responsible is None else msgspec.to_builtins(responsible),
    }
    opened = _event("discovered", report, facts, now)
    return [opened, _stopped(report, now)] if report.dissuaded else [opened]


def also_reported(
    state: CaseState, report: Report, *, now: Micros, acknowledge_s: float | None = None
) -> list[Event]:
    """Somebody reports the danger of an open case; a graver report makes the case worse.

    Raises:
        ValueError: the case is closed; a new report opens a new case.
    """
    facts = _facts(report)
    if not is_graver(report.grade, state.grade):
        known = danger_back(state, _event("reported", report, facts, now))
        stopped = report.dissuaded and state.stage in _STOPPABLE
        return [*known, _stopped(report, now)] if stopped else known
    dues = [due for due in (state.due, minutes_on(report.due_minutes, now)) if due is not None]
    waits = [state.acknowledge_by, seconds_on(acknowledge_s, now)]
    known = [until for until in waits if until is not None]
    facts |= {
        "kind": report.kind,
        "grade": report.grade,
        "due": min(dues, default=None),
        "acknowledge_by": min(known) if state.acknowledge_by is not None else None,
    }
    return danger_back(state, _event("worsened", report, facts, now))


def _stopped(report: Report, now: Micros) -> Event:
    """Whoever reports has ended it already: what is left is the recheck."""
    data = {"dissuaded": True}
    return Event(event="handled", at=now, actor=report.actor, note=report.words, data=data)


def is_graver(grade: Grade, than: Grade) -> bool:
    """Whether one grade is worse than another."""
    return _GRADES.index(grade) > _GRADES.index(than)


def _event(name: Any, report: Report, facts: dict[str, Any], now: Micros) -> Event:
    return Event(event=name, at=now, actor=report.actor, note=report.words, data=facts)


def _facts(report: Report) -> dict[str, Any]:
    return {
        "rule": REPORT,
        "report": report.id,
        "seen": report.seen,
        "photos": list(report.photos),
        **({} if report.role is None else {"role": report.role}),
        "value": None,
        "limit": None,
        "unit": "",
        "quantity": "",
    }
