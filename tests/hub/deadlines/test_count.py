"""Counting, against an oracle that walks the wall clock a quarter of an hour at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.deadlines.calendar import Calendar, NoWorkingDayError
from hub.deadlines.count import (
    HOUR,
    MINUTE,
    Pause,
    Span,
    Unit,
    due,
    elapsed,
    moved_on,
    remaining,
)
from ingest import clock

STEP = 15 * MINUTE
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
# No stretch begins or ends between 1 and 4, when these clocks are put forward and back.
HOURS = (((480, 720), (840, 1080)), ((540, 1020),), ((1320, 1800),), ((0, 1440),), ((360, 480),))


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return clock.micros(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def shown(micros: int | None, zone: str = "Asia/Shanghai") -> str:
    assert micros is not None
    return clock.moment(micros).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


CHINA = Calendar(zone="Asia/Shanghai", country="CN")


# --- the oracle --------------------------------------------------------------------------------


def counts(step: int, unit: Unit, calendar: Calendar, pauses: list[Pause]) -> bool:
    """Whether the quarter of an hour that begins at `step` counts."""
    for pause in pauses:
        if pause.starts <= step and (pause.until is None or step < pause.until):
            return False
    if unit not in ("working_hours", "working_days"):
        return True
    wall = clock.moment(step).astimezone(ZoneInfo(calendar.zone))
    minute = wall.hour * 60 + wall.minute
    today, yesterday = wall.date(), wall.date() - timedelta(days=1)
    return any(
        (calendar.is_working(today) and begins <= minute < ends)
        or (calendar.is_working(yesterday) and begins <= minute + 1440 < ends)
        for begins, ends in calendar.hours
    )


def walked(start: int, until: int, unit: Unit, calendar: Calendar, pauses: list[Pause]) -> int:
    return sum(STEP for step in range(start, until, STEP) if counts(step, unit, calendar, pauses))


def slow_due(
    start: int, span: Span, calendar: Calendar, pauses: list[Pause], horizon: int
) -> int | None:
    """The moment at which the steps walked make up the span; None: not within the horizon."""
    needed = slow_needed(start, span, calendar)
    step = start
    while needed > 0:
        if step > horizon:
            return None
        if counts(step, span.unit, calendar, pauses):
            needed -= STEP
        step += STEP
    return step


def slow_needed(start: int, span: Span, calendar: Calendar) -> int:
    if span.unit in ("minutes", "urgent_hours", "working_hours"):
        return round(span.amount * (MINUTE if span.unit == "minutes" else HOUR))
    wall = clock.moment(start).astimezone(ZoneInfo(calendar.zone))
    day, left = wall.date(), round(span.amount)
    while left:
        day += timedelta(days=1)
        left -= 1 if span.unit == "calendar_days" or calendar.is_working(day) else 0
    last = start
    step = start
    for _ in range(60 * 96):  # the last quarter of an hour that belongs to that day
        shows = clock.moment(step).astimezone(ZoneInfo(calendar.zone))
        if span.unit == "calendar_days":
            belongs = shows.date() <= day
        else:
            minute = (shows.date() - day).days * 1440 + shows.hour * 60 + shows.minute
            belongs = any(begins <= minute < ends for begins, ends in calendar.hours)
        last = step + STEP if belongs else last
        step += STEP
    return walked(start, last, span.unit, calendar, [])


# --- properties --------------------------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    zone = draw(st.sampled_from(ZONES))
    return Calendar(
        zone=zone,
        country=draw(st.sampled_from((None, "CN"))),
        hours=draw(st.sampled_from(HOURS)),
        weekdays=draw(
            st.sampled_from((frozenset(range(5)), frozenset({2, 6}), frozenset(range(7))))
        ),
        days_off=draw(st.sampled_from((frozenset[date](), frozenset({date(2026, 3, 30)})))),
        extra_working_days=draw(
            st.sampled_from((frozenset[date](), frozenset({date(2026, 3, 29)})))
        ),
    )


# Around the days on which clocks change, and around Chinese National Day with its moved days.
STARTS = [
    at("2026-03-27 00:00"),
    at("2026-10-24 00:00"),
    at("2026-03-06 00:00"),
    at("2026-09-30 00:00"),
]
starts = st.builds(
    lambda around, steps: around + steps * STEP, st.sampled_from(STARTS), st.integers(0, 4 * 96)
)
spans = st.one_of(
    st.builds(Span, st.integers(1, 80).map(lambda n: n / 4), st.just("working_hours")),
    st.builds(Span, st.integers(1, 80).map(lambda n: n / 4), st.just("urgent_hours")),
    st.builds(Span, st.integers(1, 3).map(float), st.just("working_days")),
    st.builds(Span, st.integers(1, 5).map(float), st.just("calendar_days")),
)


@st.composite
def pauses(draw: st.DrawFn, start: int) -> list[Pause]:
    found: list[Pause] = []
    for _ in range(draw(st.integers(0, 3))):
        begins = start + draw(st.integers(-20, 6 * 96)) * STEP
        length = draw(st.integers(0, 3 * 96))
        found.append(Pause(begins, begins + length * STEP))
    return found


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_due_is_what_a_walk_over_the_wall_clock_finds(data: st.DataObject) -> None:
    """CA-04, CA-05, CA-07 in part: all units, with pauses, where clocks change and days move."""
    calendar, start, span = data.draw(calendars()), data.draw(starts), data.draw(spans)
    paused = data.draw(pauses(start))
    found = due(start, span, calendar, paused)
    assert found is not None
    assert found == slow_due(start, span, calendar, paused, start + 90 * 24 * HOUR)
    # What was needed has been used up then, and nothing is left.
    assert elapsed(start, found, span.unit, calendar, paused) == slow_needed(start, span, calendar)
    assert remaining(found, found, span.unit, calendar, paused) == 0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_elapsed_and_remaining_are_what_a_walk_counts(data: st.DataObject) -> None:
    calendar, start, span = data.draw(calendars()), data.draw(starts), data.draw(spans)
    paused = data.draw(pauses(start))
    until = start + data.draw(st.integers(0, 5 * 96)) * STEP
    counted = walked(start, until, span.unit, calendar, paused)
    assert elapsed(start, until, span.unit, calendar, paused) == counted
    assert remaining(start, until, span.unit, calendar, paused) == counted
    assert remaining(until, start, span.unit, calendar, paused) == -counted
    assert elapsed(until, start, span.unit, calendar, paused) == 0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_pause_never_brings_a_deadline_nearer_and_one_that_lasts_stops_it(
    data: st.DataObject,
) -> None:
    calendar, start, span = data.draw(calendars()), data.draw(starts), data.draw(spans)
    plain = due(start, span, calendar)
    assert plain is not None
    begins = start + data.draw(st.integers(-10, 8 * 96)) * STEP
    lasting = due(start, span, calendar, [Pause(begins)])
    assert lasting == (plain if begins >= plain else None)
    ended = due(start, span, calendar, [Pause(begins, begins + 10 * STEP)])
    assert ended is not None
    assert ended >= plain


# --- examples ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "span", "when"),
    [
        # The notice for 2026: National Day 1 to 7 October; 20 September and 10 October are worked.
        ("2026-09-28 10:00", Span(5, "working_days"), "2026-10-10 18:00:00"),
        ("2026-09-18 10:00", Span(1, "working_days"), "2026-09-20 18:00:00"),
        ("2026-10-01 10:00", Span(3, "working_days"), "2026-10-10 18:00:00"),
        ("2026-11-25 17:59", Span(5, "working_days"), "2026-12-02 18:00:00"),
        ("2026-11-27 17:00", Span(4, "working_hours"), "2026-11-30 11:00:00"),
        ("2026-11-27 17:00", Span(1, "working_hours"), "2026-11-27 18:00:00"),
        ("2026-11-27 23:00", Span(48, "urgent_hours"), "2026-11-29 23:00:00"),
        ("2026-11-27 23:00", Span(5, "minutes"), "2026-11-27 23:05:00"),
        ("2026-11-27 23:00", Span(7, "calendar_days"), "2026-12-05 00:00:00"),
        ("2026-11-27 08:00", Span(0, "same_day"), "2026-11-27 23:59:00"),
        ("2026-11-27 23:59", Span(0, "same_day"), "2026-11-28 23:59:00"),
    ],
)  # fmt: skip
def test_each_unit_ends_when_people_would_say_so(start: str, span: Span, when: str) -> None:
    """CA-06 in part: the same day is 23:59 on the wall."""
    assert shown(due(at(start), span, CHINA)) == when


def test_a_pause_moves_the_deadline_on_by_the_working_time_that_it_covers() -> None:
    start, span = at("2026-11-25 09:00"), Span(2, "working_days")
    assert shown(due(start, span, CHINA)) == "2026-11-27 18:00:00"
    over_the_noon_break = [Pause(at("2026-11-26 11:00"), at("2026-11-26 15:00"))]
    assert shown(due(start, span, CHINA, over_the_noon_break)) == "2026-11-30 10:00:00"
    over_the_weekend = [Pause(at("2026-11-28 00:00"), at("2026-11-29 00:00"))]
    assert shown(due(start, span, CHINA, over_the_weekend)) == "2026-11-27 18:00:00"


@pytest.mark.parametrize(
    ("until", "paused", "resumed", "when"),
    [
        # Four working hours were left on Thursday at two, so they are on Monday at eight.
        ("2026-11-26 18:00", "2026-11-26 14:00", "2026-11-30 08:00", "2026-11-30 12:00:00"),
        ("2026-11-28 03:00", "2026-11-28 01:00", "2026-11-28 02:00", "2026-11-28 04:00:00"),
        ("2026-11-26 18:00", "2026-11-27 14:00", "2026-11-30 08:00", "2026-11-26 18:00:00"),
        ("2026-11-28 03:00", "2026-11-27 17:00", "2026-11-27 18:00", "2026-11-30 09:00:00"),
    ],
)  # fmt: skip
def test_what_was_left_at_a_pause_is_left_after_it(
    until: str, paused: str, resumed: str, when: str
) -> None:
    assert shown(moved_on(at(until), at(paused), at(resumed), CHINA)) == when


def test_the_night_on_which_clocks_are_put_back_is_an_hour_longer() -> None:
    night = Calendar(
        zone="Europe/Berlin", weekdays=frozenset(range(7)), hours=((22 * 60, 30 * 60),)
    )
    start = at("2026-10-24 22:00", "Europe/Berlin")
    assert shown(due(start, Span(9, "working_hours"), night), "Europe/Berlin")[-8:] == "06:00:00"
    assert elapsed(start, start + 24 * HOUR, "working_hours", night) == 9 * HOUR


def test_a_midnight_that_no_clock_shows_is_when_it_was_put_forward() -> None:
    beirut = Calendar(zone="Asia/Beirut")  # on 29 March 2026 from 24:00 to 01:00
    found = beirut.moment(date(2026, 3, 28), 1440)
    assert shown(found, "Asia/Beirut") == "2026-03-29 01:00:00"


def test_a_calendar_in_which_nobody_works_says_so() -> None:
    idle = Calendar(weekdays=frozenset())
    for unit in ("working_hours", "working_days"):
        with pytest.raises(NoWorkingDayError):
            due(0, Span(1, unit), idle)
