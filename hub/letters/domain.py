"""Letters: what a written fault report says, and who may sign for it. Pure.

Times are int64 microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Literal

import msgspec

from edge.wire import Micros
from hub.cases.domain import Event
from hub.cases.store import StoredCase
from hub.plans.categories import Route
from hub.plans.domain import Plan
from hub.sealing import canonical
from hub.sites.domain import Name, Point

EventName = Literal["sent", "read", "acknowledged"]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a letter says; names are those of the moment it was written."""

    number: str
    case: str
    to_grid: str
    to_name: Name
    to_person: str | None
    to_person_name: Name | None
    grid: str
    grid_name: Name
    place: Name
    subject: str
    at: Point
    kind: Name
    grade: str
    found: Micros
    due: Micros | None
    words: str
    value: float | None
    limit: float | None
    unit: str
    lead: Name | None
    cooperating: list[Name] = []
    tracking: list[Name] = []
    written: Micros

    def sha256(self) -> str:
        """The same for the same content, hexadecimal."""
        return sha256(canonical(msgspec.to_builtins(self))).hexdigest()


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did with a letter."""

    at: Micros
    actor: str
    event: EventName
    note: str = ""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter on file with what was done with it, oldest first."""

    id: int
    case_id: int
    content: Content
    sha256: str
    receipts: Sequence[Receipt] = ()

    @property
    def genuine(self) -> bool:
        """Whether it still says what it said when it was written."""
        return self.content.sha256() == self.sha256

    @property
    def state(self) -> EventName:
        """How far it has come."""
        events = {receipt.event for receipt in self.receipts}
        return (
            "acknowledged" if "acknowledged" in events else "read" if "read" in events else "sent"
        )


class Office(msgspec.Struct, frozen=True):
    """The office of a grid: the grid's name, and who holds it."""

    grid: str
    name: Name
    warden: str | None
    stand_in: str | None

    def has(self, person: str) -> bool:
        """Whether the person may sign for what comes to it."""
        return person in (self.warden, self.stand_in)


def fault_report(
    case: StoredCase,
    opening: Event,
    plan: Plan,
    *,
    number: str,
    grid_name: Name,
    office: Office,
    people: Mapping[str, Name],
    written: Micros,
) -> Content:
    """The written fault report on a case, to the office of the next higher grid."""
    state = case.state
    found = opening.data.get("route")
    route = None if found is None else msgspec.convert(found, Route)
    holder = office.warden

    def departments(ids: Sequence[str]) -> list[Name]:
        known = plan.departments
        return [known[one].title if one in known else Name(one, one) for one in ids]

    leads = departments([] if route is None else [route.lead])
    return Content(
        number=number,
        case=case.number,
        to_grid=office.grid,
        to_name=office.name,
        to_person=holder,
        to_person_name=None if holder is None else people.get(holder, Name(holder, holder)),
        grid=case.grid,
        grid_name=grid_name,
        place=msgspec.convert(case.place_name, Name),
        subject=state.device,
        at=case.at,
        kind=_title(opening.data["kind"], plan),
        grade=opening.data["grade"],
        found=state.opened,
        due=opening.data["due"],
        words=opening.note,
        value=opening.data["value"],
        limit=opening.data["limit"],
        unit=opening.data["unit"],
        lead=leads[0] if leads else None,
        cooperating=departments(() if route is None else route.cooperating),
        tracking=departments(() if route is None else route.tracking),
        written=written,
    )


def lettered_kinds(plan: Plan) -> list[str]:
    """The kinds of cases that are reported in writing."""
    return sorted(
        kind
        for name, category in plan.categories.items()
        if category.letter
        for kind in (name, *category.joins)
    )


def _title(kind: str, plan: Plan) -> Name:
    known = plan.titles.kinds.get(kind) or KINDS.get(kind)
    words = kind.replace("_", " ")
    return known or Name(words, words)


KINDS: dict[str, Name] = {
    "hydrant_low_pressure": Name("Low hydrant pressure", "消火栓压力低"),
    "hydrant_critical_pressure": Name("Hydrant pressure critical", "消火栓压力过低"),
    "hydrant_pressure_trend": Name("Hydrant pressure drifting", "消火栓压力持续变化"),
    "hydrant_burst": Name("Water main burst", "供水管爆裂"),
    "hydrant_knocked": Name("Hydrant knocked over", "消火栓被撞倒"),
    "hydrant_cap_off": Name("Hydrant cap off", "消火栓盖脱落"),
}
"""What a letter calls the kinds that only sensors find; the page has its own words."""
