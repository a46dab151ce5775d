"""Deed: what one action of a person is made of, and what it is judged by. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import msgspec

from edge.wire import Micros
from hub.anomalies.domain import Grade
from hub.cases.lifecycle import CaseRules, shipped_rules
from hub.cases.state import CaseState, Event
from hub.cases.vocabulary import (
    Action,
    Audience,
    Body,
    Field,
    Found,
    Level,
    LimitName,
    Path,
    PersonId,
    Right,
    TaskChange,
    UnitId,
)
from hub.deadlines.calendar import Calendar
from hub.sites.alarm_list import Told
from hub.sites.domain import Role


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for, with whatever the action needs; times in microseconds UTC."""

    action: Action
    note: str = ""
    to: PersonId | None = None
    found: Found | None = None
    photos: Sequence[str] = ()
    upheld: bool | None = None
    grade: Grade | None = None
    path: Path | None = None
    on_site: bool | None = None
    lead: UnitId | None = None
    cooperating: Sequence[UnitId] | None = None
    implementing: UnitId | None = None
    due: Micros | None = None
    receiver: str | None = None
    until: Micros | None = None
    audience: Sequence[Audience] = ()
    satisfied: bool | None = None
    rating: int | None = None
    title: str | None = None
    task: int | None = None
    change: TaskChange | None = None
    coordinator: PersonId | None = None
    into: int | None = None
    body: Body | None = None
    agreed: bool | None = None
    level: Level | None = None


class Doer(msgspec.Struct, frozen=True):
    """Who acts: a person, with the role that the site gives and the rights over the case's grid.

    `rights` None: every right.
    """

    person: PersonId
    role: Role | None = None
    rights: frozenset[Right] | None = None

    def has(self, right: Right) -> bool:
        """Whether the person has a right over the case."""
        return self.rights is None or right in self.rights


class Limits(Protocol):
    """When a stretch of work that begins now is due by the plan; None: the plan sets no limit."""

    def __call__(self, limit: LimitName, start: Micros) -> Micros | None: ...


def no_limits(limit: LimitName, start: Micros) -> Micros | None:
    """A plan without limits."""
    return None


class Above(msgspec.Struct, frozen=True):
    """Who answers one level up, and in which grid."""

    person: PersonId
    from_grid: str
    to_grid: str
    acknowledge_by: Micros | None = None


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds an action: who acts when, by which rules, and what the rim looked up for it.

    `told` are those who are told at once if the case becomes an emergency; `into` is the number of
    the open case that it is merged into; `not_admitted` says why the one it would be dispatched to
    may not have it (CA-17).
    """

    by: Doer
    now: Micros
    rules: CaseRules = msgspec.field(default_factory=shipped_rules)
    limit: Limits = no_limits
    calendar: Calendar = Calendar()
    above: Above | None = None
    told: tuple[Told, ...] = ()
    into: str | None = None
    not_admitted: str | None = None


class Lack(msgspec.Struct, frozen=True):
    """The action needs one more field."""

    field: Field
    message: str


class Bar(msgspec.Struct, frozen=True):
    """The action is not possible as asked; `whose`: because of who asks."""

    message: str
    whose: bool = False


Outcome: TypeAlias = "list[Event] | Lack | Bar"


def _nothing(_state: CaseState, _rules: CaseRules) -> tuple[Field, ...]:
    return ()


def _nobody(_state: CaseState, _rules: CaseRules) -> frozenset[PersonId]:
    return frozenset()


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One action: the fields it takes and needs, who may not do it, and the events it brings.

    `bar` says why the state of the case does not allow it, `right` which right it asks beyond the
    plan's, `not_by` and `not_roles` who may not do it, `only_by` (None: anybody) who alone may.
    """

    brings: Callable[[CaseState, Order, Scene], Outcome]
    takes: tuple[Field, ...] = ("note", "photos")
    needs: Callable[[CaseState, CaseRules], tuple[Field, ...]] = _nothing
    bar: Callable[[CaseState, CaseRules], str | None] = lambda _, __: None
    right: Callable[[CaseState, CaseRules], Right | None] = lambda _, __: None
    not_by: Callable[[CaseState, CaseRules], frozenset[PersonId]] = _nobody
    not_roles: Callable[[CaseState, CaseRules], frozenset[str]] = _nobody
    only_by: Callable[[CaseState, CaseRules], frozenset[PersonId] | None] = lambda _, __: None


def always(*fields: Field) -> Callable[[CaseState, CaseRules], tuple[Field, ...]]:
    """The same fields are needed whatever the state."""
    return lambda _state, _rules: fields
