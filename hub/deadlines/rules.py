"""Rules of the calendar and the deadlines that a plan sets, and the calendar of one place.

The tables `[calendar]` and `[deadlines]` of a plan file. A plan without `[deadlines]` has those of
`defaults.toml`; one that has it has what it says there and nothing else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from edge.wire import Identifier
from hub.deadlines.calendar import Calendar
from hub.deadlines.count import Span, Unit
from hub.plans.schedule import WEEKDAYS, Hour, Weekday

Assignment = Literal["triage", "department", "feedback", "rectification", "transfer"]
LimitName = Literal[
    "accept", "triage", "department", "feedback", "rectification", "transfer", "reply", "close",
    "push_up", "small_grid", "extension", "revisit", "late_entry", "interim_measure", "shelved",
]  # fmt: skip
ASSIGNMENTS: tuple[Assignment, ...] = (  # requirement CA-07
    "triage", "department", "feedback", "rectification", "transfer",
)  # fmt: skip

_Stretch = tuple[Hour, Hour]


class PlaceHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Working hours of a grid and all within it; what is left out is as in the plan.

    With `public_holidays = false` the country's days off and moved working days don't count there.
    """

    weekdays: tuple[Weekday, ...] | None = None
    hours: tuple[_Stretch, ...] | None = None
    public_holidays: bool = True
    source: str


class CalendarRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When people work.

    `country` (ISO 3166-1, such as "CN") brings its public holidays and the working days that it
    moves to weekends; None: only weekends are off. `days_off` and `extra_working_days` are the
    plan's own and overrule it. `hours = [[8, 12], [14, 18]]` are those of a working day, in hours;
    one that ends before it begins runs past midnight. `grids`: other hours by grid code.
    """

    country: str | None = None
    weekdays: tuple[Weekday, ...] = WEEKDAYS[:5]
    hours: tuple[_Stretch, ...] = ((8, 12), (14, 18))  # ours: eight hours (Labour Law, article 36)
    days_off: list[date] = []
    extra_working_days: list[date] = []
    grids: dict[str, PlaceHours] = {}
    source: dict[str, str] = {}

    def at(self, time_zone: str, grid_path: Sequence[str] = ()) -> Calendar:
        """The calendar of a place; `grid_path` are the codes from the root down to its grid."""
        of_place = [self.grids[code] for code in grid_path if code in self.grids]
        place = of_place[-1] if of_place else PlaceHours(source="")
        weekdays = self.weekdays if place.weekdays is None else place.weekdays
        hours = self.hours if place.hours is None else place.hours
        return Calendar(
            zone=time_zone,
            country=self.country if place.public_holidays else None,
            weekdays=frozenset(WEEKDAYS.index(day) for day in weekdays),
            hours=tuple(in_minutes(stretch) for stretch in hours),
            days_off=frozenset(self.days_off),
            extra_working_days=frozenset(self.extra_working_days),
        )


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long something may take: an `amount` of a `unit`.

    `at_issue = true` instead: who sets the task must say until when.
    """

    unit: Unit | None = None
    amount: Annotated[float, msgspec.Meta(ge=0)] | None = None
    at_issue: bool = False
    source: str

    @property
    def span(self) -> Span | None:
        """The limit as a span; None: it is said at issue."""
        return None if self.unit is None else Span(self.amount or 0, self.unit)


class DeadlineRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of a plan; one that is left out is not asked.

    `accept`: an incoming report is accepted (CA-03). `reply`, `close`: an ordinary demand (CA-04).
    `push_up`: what is beyond somebody's authority goes one level up (CA-05). `small_grid`: the
    problem of a leaf grid (CA-06). `triage`, `department`, `feedback`, `rectification`, `transfer`:
    assignments, each with a limit or `at_issue` (CA-07). `extension`: how much longer it may become
    at a time. `revisit`: after closing (CA-21). `interim_measure`: of an emergency (CA-10).
    `shelved`: without recorded action (CA-27). `late_entry`: written so long after it happened is
    late (CA-30). `categories`: other limits for a category of cases.
    """

    accept: Limit | None = None
    triage: Limit | None = None
    department: Limit | None = None
    feedback: Limit | None = None
    rectification: Limit | None = None
    transfer: Limit | None = None
    reply: Limit | None = None
    close: Limit | None = None
    push_up: Limit | None = None
    small_grid: Limit | None = None
    extension: Limit | None = None
    revisit: Limit | None = None
    late_entry: Limit | None = None
    interim_measure: Limit | None = None
    shelved: Limit | None = None
    categories: dict[Identifier, dict[LimitName, Limit]] = {}

    def limit(self, name: LimitName, category: str | None = None) -> Limit | None:
        """The limit of that name for a category of cases; None: none is set."""
        if category is not None and name in self.categories.get(category, {}):
            return self.categories[category][name]
        found: Limit | None = getattr(self, name)
        return found

    def limits(self) -> Iterator[tuple[str, Limit]]:
        """All limits with their names in the plan file."""
        for field in msgspec.structs.fields(self):
            if isinstance(limit := getattr(self, field.name), Limit):
                yield field.encode_name, limit
        for category, limits in self.categories.items():
            for name, limit in limits.items():
                yield f"categories.{category}.{name}", limit


def in_minutes(stretch: _Stretch) -> tuple[int, int]:
    """A stretch of hours as minutes of the day it begins in."""
    begins, ends = (round(hour * 60) for hour in stretch)
    return begins, ends if ends > begins else ends + 1440


def _defaults() -> DeadlineRules:
    text = files("hub.deadlines").joinpath("defaults.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), DeadlineRules)


DEFAULT_DEADLINES = _defaults()  # of a plan that says nothing of deadlines
DEFAULT_CALENDAR = CalendarRules()
