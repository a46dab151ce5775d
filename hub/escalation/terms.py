"""Terms: by what the timers of a case run, out of the plan; and a mark of what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version

import msgspec

from hub.escalation.timers import Terms
from hub.plans.domain import Plan


def terms_of(plan: Plan, kind: str, grid_path: Sequence[str]) -> Terms:
    """The terms of a case of that kind in a grid, whose codes lead down from the root."""
    return Terms(
        deadlines=plan.deadlines,
        escalation=plan.escalation,
        calendar=plan.calendar.at(plan.time_zone, grid_path),
        category=plan.category(kind),
        leaf=grid_path[-1] if grid_path else "",
        root=grid_path[0] if grid_path else "",
    )


def mark(plan: Plan) -> bytes:
    """A hash of all in the plan that timers rest on; where it differs they are drawn anew."""
    rests_on = (
        plan.deadlines,
        plan.escalation,
        plan.calendar,
        plan.time_zone,
        {name: sorted(one.joins) for name, one in plan.categories.items()},
        version("holidays"),
    )
    return sha256(msgspec.json.encode(rests_on, order="sorted")).digest()
