"""Count: when a limit is reached, and how much of it is used up and left. Pure.

Each unit counts time of its own: working hours and working days the working time of the calendar,
the others all time. Working days and calendar days are whole: the day on which they begin does not
count, and they end with the working hours, or the end, of the last day (Civil Code of the PRC,
articles 201 and 203). A pause moves a deadline on by the counted time that it covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import takewhile
from typing import Annotated, Literal

import msgspec

from edge.wire import Micros
from hub.deadlines.calendar import DAY_MINUTES, Calendar

Unit = Literal[
    "minutes", "urgent_hours", "working_hours", "working_days", "calendar_days", "same_day"
]

SAME_DAY_ENDS = 23 * 60 + 59  # minute of the day; requirement CA-06, ours: 23:59
MINUTE: Micros = 60_000_000
HOUR: Micros = 60 * MINUTE
_FOREVER: Micros = 2**62

_Stretch = tuple[Micros, Micros]


class Span(msgspec.Struct, frozen=True):
    """So much of a unit. `minutes` and `urgent_hours` run round the clock; `same_day` ends at 23:59
    of the day it begins in, and takes no amount."""

    amount: Annotated[float, msgspec.Meta(ge=0)]
    unit: Unit


class Pause(msgspec.Struct, frozen=True):
    """A time that does not count: the case is suspended (挂账), or waits for a body outside.

    `until` None: it lasts still.
    """

    starts: Micros
    until: Micros | None = None


def due(
    start: Micros, span: Span, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> Micros | None:
    """When a span that begins at `start` is used up; None: not before a pause that lasts still.

    Raises:
        NoWorkingDayError: the calendar has no working time.
    """
    needed = _needed(start, span, calendar)
    if needed == 0:
        return start
    for begins, ends in _without(_counted(span.unit, calendar, start), pauses):
        if ends - begins >= needed:
            return begins + needed
        needed -= ends - begins
    return None


def elapsed(
    start: Micros, at: Micros, unit: Unit, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> Micros:
    """The time that counts for a unit between two times, without pauses; 0 if `at` is first."""
    counted = _without(_counted(unit, calendar, start), pauses)
    before = takewhile(lambda stretch: stretch[0] < at, counted)
    return sum(min(ends, at) - begins for begins, ends in before)


def remaining(
    at: Micros, until: Micros, unit: Unit, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> Micros:
    """The time that counts for a unit and is left at `at` of a limit that ends at `until`.

    Negative: so much has counted since it was over.
    """
    if at <= until:
        return elapsed(at, until, unit, calendar, pauses)
    return -elapsed(until, at, unit, calendar, pauses)


def moved_on(until: Micros, paused: Micros, resumed: Micros, calendar: Calendar) -> Micros:
    """Until when a task lasts after a pause: the working time that was left counts on.

    Where only time outside of the working hours was left, it moves by the length of the pause;
    what was over before the pause stays over.
    """
    if until <= paused:
        return until
    left = elapsed(paused, until, "working_hours", calendar)
    if left == 0:
        return until + (resumed - paused)
    for begins, ends in calendar.working(resumed):
        if ends - begins >= left:
            return max(until, begins + left)
        left -= ends - begins
    raise AssertionError("working time has no end")


def _needed(start: Micros, span: Span, calendar: Calendar) -> Micros:
    """How much counted time a span is, from its start."""
    match span.unit:
        case "minutes":
            return round(span.amount * MINUTE)
        case "urgent_hours" | "working_hours":
            return round(span.amount * HOUR)
        case "working_days":
            last = calendar.working_day_after(calendar.day_of(start), max(1, round(span.amount)))
            end = calendar.closes(last)
        case "calendar_days":
            last = calendar.day_of(start) + timedelta(days=round(span.amount))
            end = calendar.moment(last, DAY_MINUTES)
        case "same_day":
            day = calendar.day_of(start)
            end = calendar.moment(day, SAME_DAY_ENDS)
            if end <= start:
                end = calendar.moment(day + timedelta(days=1), SAME_DAY_ENDS)
    return elapsed(start, end, span.unit, calendar)


def _counted(unit: Unit, calendar: Calendar, start: Micros) -> Iterator[_Stretch]:
    if unit in ("working_hours", "working_days"):
        return calendar.working(start)
    return iter([(start, _FOREVER)])


def _without(stretches: Iterator[_Stretch], pauses: Iterable[Pause]) -> Iterator[_Stretch]:
    """Ordered stretches without what pauses cover; ends where a pause lasts for ever."""
    bounds = ((one.starts, _FOREVER if one.until is None else one.until) for one in pauses)
    paused = sorted(pause for pause in bounds if pause[0] < pause[1])
    for begins, ends in stretches:
        at = begins
        for starts, until in paused:
            if starts >= ends:
                break
            if starts > at:
                yield at, starts
            at = max(at, until)
        if at == _FOREVER:
            return
        if at < ends:
            yield at, ends
