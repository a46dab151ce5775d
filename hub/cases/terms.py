"""Terms: the limits of a plan for the work on a case, on the calendar of its grid. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from edge.wire import Micros
from hub.anomalies.domain import AnomalyKind, Grade
from hub.cases.deed import Limits
from hub.cases.vocabulary import LimitName
from hub.deadlines.count import due
from hub.plans.domain import Plan


def first_measure(
    plan: Plan, grid_path: Sequence[str], kind: AnomalyKind, grade: Grade, now: Micros
) -> Micros | None:
    """Until when a case of a grade needs its first protective measure (CA-10); None: needs none."""
    if grade not in plan.cases.measured:
        return None
    return limits_of(plan, grid_path, kind)("interim_measure", now)


def limits_of(plan: Plan, grid_path: Sequence[str], kind: AnomalyKind) -> Limits:
    """When work on a kind of case in a grid is due; the codes go from the root down."""
    calendar = plan.calendar.at(plan.time_zone, grid_path)
    category = plan.category(kind)

    def limit(limit: LimitName, start: Micros) -> Micros | None:
        found = plan.deadlines.limit(limit, category)
        if found is None or found.span is None:
            return None
        return due(start, found.span, calendar)

    return limit
