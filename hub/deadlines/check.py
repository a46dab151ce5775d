"""Check: what is wrong with a plan's calendar and deadlines, and what its author should know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from hub.deadlines.public_days import announced_until, countries
from hub.deadlines.rules import (
    ASSIGNMENTS,
    DEFAULT_CALENDAR,
    CalendarRules,
    DeadlineRules,
    Limit,
    in_minutes,
)

_WHOLE = ("working_days", "calendar_days")


def wrong_calendar(rules: CalendarRules) -> Iterator[str]:
    """What keeps a calendar from taking effect."""
    if rules.country is not None and rules.country not in countries():
        yield f'calendar: no country {rules.country} is known: write one like "CN" (ISO 3166-1)'
    for day in sorted({*rules.days_off} & {*rules.extra_working_days}):
        yield f"calendar: {day} is both a day off and an extra working day"
    places = {f"calendar: grid {code}": place for code, place in rules.grids.items()}
    for key, default in (
        ("weekdays", DEFAULT_CALENDAR.weekdays),
        ("hours", DEFAULT_CALENDAR.hours),
    ):
        if getattr(rules, key) != default and key not in rules.source:
            yield f'calendar: {key} has no source; "ours" is one too'
    if not rules.weekdays:
        yield "calendar has no weekdays: name one at least"
    yield from (f"calendar {text}" for text in _wrong_hours(rules.hours))
    for where, place in places.items():
        if place.weekdays == ():
            yield f"{where} has no weekdays: name one at least, or leave the key out"
        if place.hours is not None:
            yield from (f"{where} {text}" for text in _wrong_hours(place.hours))
        if not place.source:
            yield f'{where} has no source; "ours" is one too'


def wrong_deadlines(rules: DeadlineRules, categories: frozenset[str]) -> Iterator[str]:
    """What keeps deadlines from taking effect; `categories` are those of the plan."""
    for name in ASSIGNMENTS:
        if rules.limit(name) is None:
            yield (
                f"deadlines: {name} has no limit: set one, or {name} = "
                '{ at_issue = true, source = "…" } if who assigns must say until when (CA-07)'
            )
    for name, limit in rules.limits():
        yield from (f"deadlines: {name} {text}" for text in wrong_limit(limit))
    for category in sorted(rules.categories.keys() - categories):
        yield f"deadlines: the plan has no category {category}"


def calendar_warnings(rules: CalendarRules, today: date) -> Iterator[str]:
    """What the author of a plan should know although it may take effect."""
    if rules.country is None or rules.country not in countries():
        return
    known = announced_until(rules.country)
    for year in (today.year, today.year + 1):
        own = any(day.year == year for day in (*rules.days_off, *rules.extra_working_days))
        if known is not None and year > known and not own:
            yield (
                f"calendar: the working days that {rules.country} moves in {year} are not known "
                "yet, its holidays are estimated: once they are announced, name them in days_off "
                "and extra_working_days, or update Gridwarden"
            )


def _wrong_hours(hours: Sequence[tuple[float, float]]) -> Iterator[str]:
    stretches = [in_minutes(stretch) for stretch in hours]
    if not stretches:
        yield "has no working hours: write for example hours = [[8, 12], [14, 18]]"
        return
    ends = [end for _, end in stretches]
    following = [*(begins for begins, _ in stretches[1:]), stretches[0][0] + 1440]
    if any(end > begins for end, begins in zip(ends, following, strict=True)):
        yield "has working hours that overlap or are out of order"


def wrong_limit(limit: Limit) -> Iterator[str]:
    """What is wrong with one limit, as the end of a sentence that begins with its name."""
    if not limit.source:
        yield 'has no source; "ours" is one too'
    if limit.at_issue == (limit.unit is not None):
        yield "needs either a unit or at_issue = true"
    elif limit.unit in _WHOLE and (not limit.amount or limit.amount % 1):
        yield f"needs a whole amount of {limit.unit}, 1 at least"
    elif limit.unit == "same_day" and limit.amount is not None:
        yield "is due the same day: leave the amount out"
    elif limit.unit not in (None, "same_day") and limit.amount is None:
        yield f"needs an amount of {limit.unit}"
