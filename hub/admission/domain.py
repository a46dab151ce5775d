"""Admission: what grid staff get and what not, by the plan and by agreed changes. Pure.

Grid staff get no administrative, enforcement, professional, untrained or unsupported matters
(001:L373); what they get or lose besides is asked for by one and agreed by another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from edge.wire import Micros
from hub.cases.lifecycle import CaseRules
from hub.plans.categories import Category


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the list; `agreed` None: nobody has decided yet."""

    id: int
    category: str
    admitted: bool
    reason: str
    asked_by: str
    asked: Micros
    agreed: bool | None = None
    decided_by: str | None = None
    decided: Micros | None = None
    note: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One category on the list: whether grid staff get it, by the plan or by the `change`."""

    category: str
    matter: str | None
    admitted: bool
    change: Change | None = None
    pending: Change | None = None


def admission_list(
    categories: Mapping[str, Category], rules: CaseRules, changes: Iterable[Change]
) -> list[Entry]:
    """The list of a plan with its changes, which come oldest first."""
    known = list(changes)
    return [_entry(name, one, rules, known) for name, one in categories.items()]


def _entry(name: str, one: Category, rules: CaseRules, changes: list[Change]) -> Entry:
    own = [change for change in changes if change.category == name]
    agreed = next((change for change in reversed(own) if change.agreed), None)
    by_plan = one.matter not in rules.excluded
    return Entry(
        category=name,
        matter=one.matter,
        admitted=by_plan if agreed is None else agreed.admitted,
        change=agreed,
        pending=next((change for change in own if change.agreed is None), None),
    )


def not_admitted(entry: Entry | None, role: str | None, rules: CaseRules) -> str | None:
    """Why somebody of a role may not be given a case of a category; None: may."""
    if entry is None or entry.admitted or role is None or role not in rules.grid_staff:
        return None
    matter = "" if entry.matter is None else f" ({entry.matter})"
    return (
        f"{entry.category}{matter} is not on the admission list of grid staff: "
        "dispatch it to somebody of the department, or ask for a change of the list."
    )
