"""Categories: what people may report, how grave it is, and which departments must act. Pure.

A category is a kind of case that a person can report; the kinds in `joins` are what sensors call
the same hazard, so that both come to one case, by one route of departments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import msgspec

from edge.wire import Identifier
from hub.anomalies.domain import KNOWN_KINDS, AnomalyKind, Grade
from hub.sites.domain import Name

Subject = Literal["hydrant", "equipment", "lane", "anywhere"]
HydrantState = Literal["low_pressure", "damaged", "no_water"]


class Department(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that acts on cases: a department, a company, an office.

    `leader` answers for it, `office` handles its cases, `liaison` is the one to talk to (CA-15);
    each is the id of a person of the site, or a name or post as it is written.
    """

    title: Name
    leader: str | None = None
    office: str | None = None
    liaison: str | None = None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Who does what with a case: one leads, some help, some only keep track, one carries it out.

    `implementing` None: the lead itself.
    """

    lead: str
    cooperating: tuple[str, ...] = ()
    tracking: tuple[str, ...] = ()
    implementing: str | None = None


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person can report.

    `sort` is "event" for what happens, "component" for a thing that is not as it should be.
    `about` are the subjects that it is offered for. `lead`, `cooperating` and `tracking` name
    departments of the plan. `source` names where each number comes from. `hydrant_states` is
    what the register of hydrants shows while a case of a kind is open. With `consent`, what was
    agreed to beforehand raises nothing (SE-10). With `letter`, a written report goes to the office
    of the next higher grid (SE-07). `reportable = false`: by the hub only. `implementing` carries
    it out; none: the lead. `matter` says what kind of work it is (CA-17); grid staff get none of
    those that `[cases] excluded` names.
    """

    title: Name
    sort: Literal["event", "component"]
    about: list[Subject]
    grade: Grade
    due_minutes: Annotated[int, msgspec.Meta(gt=0)]
    source: dict[str, str]
    lead: Identifier | None = None
    cooperating: list[Identifier] = []
    tracking: list[Identifier] = []
    implementing: Identifier | None = None
    matter: Identifier | None = None
    joins: list[AnomalyKind] = []
    hydrant_states: dict[AnomalyKind, HydrantState] = {}
    consent: bool = False
    letter: bool = False
    reportable: bool = True

    @property
    def departments(self) -> list[str]:
        """All departments that it names."""
        lead = [] if self.lead is None else [self.lead]
        named = [*lead, *self.cooperating, *self.tracking]
        if self.implementing is None or self.implementing in named:
            return named
        return [*named, self.implementing]


def category_of(categories: Mapping[str, Category], kind: AnomalyKind) -> str | None:
    """The category that a kind of case belongs to, if any."""
    if kind in categories:
        return kind
    return next((name for name, one in categories.items() if kind in one.joins), None)


def route_of(categories: Mapping[str, Category], kind: AnomalyKind) -> Route | None:
    """The route of a kind of case; None: it stays with the holder of its grid."""
    name = category_of(categories, kind)
    if name is None or (lead := categories[name].lead) is None:
        return None
    one = categories[name]
    return Route(
        lead=lead,
        cooperating=tuple(one.cooperating),
        tracking=tuple(one.tracking),
        implementing=one.implementing,
    )


def wrong_categories(
    categories: Mapping[str, Category],
    departments: Mapping[str, Department],
    kinds: Mapping[str, object],
) -> Iterator[tuple[str, str]]:
    """Name of the category and what to mend in it; `kinds` are those that the plan has added."""
    taken: dict[str, str] = {name: name for name in categories}
    for name, category in categories.items():
        for text in _wrong(category, departments):
            yield name, f"category {name} {text}"
        for kind in category.joins:
            if kind not in KNOWN_KINDS and kind not in kinds:
                yield name, f"category {name} joins {kind}, which is no kind of case"
            elif kind in taken:
                yield name, f"category {name} joins {kind}, which belongs to {taken[kind]} already"
            taken.setdefault(kind, name)
        for kind in category.hydrant_states.keys() - {name, *category.joins}:
            yield name, f"category {name} gives {kind} a state, but it is not one of its kinds"


def _wrong(category: Category, departments: Mapping[str, Department]) -> Iterator[str]:
    if category.lead is None:
        yield "has no owner: name in `lead` the department that must act"
    for department in category.departments:
        if department not in departments:
            known = ", ".join(sorted(departments)) or "none yet"
            yield f"names department {department}; [departments.…] has {known}"
    if len(set(category.departments)) < len(category.departments):
        yield "gives one department two parts: keep one"
    if "due_minutes" not in category.source:
        yield f'has due_minutes = {category.due_minutes} without a source; "ours" is one too'
    if not category.about and category.reportable:
        yield 'is about nothing: write for example about = ["hydrant"]'
