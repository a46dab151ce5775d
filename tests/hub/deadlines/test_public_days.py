"""The public days of China, against a second package that keeps them."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

from hub.deadlines.calendar import Calendar
from hub.deadlines.public_days import announced_until, arrangement

# The notice for 2006 moved a working day into 2005; chinesecalendar has it not.
MOVED_INTO_THE_YEAR_BEFORE = {date(2005, 12, 31)}


def test_working_days_of_china_are_those_of_a_second_package_in_all_years_of_both() -> None:
    known = {day.year for day in chinese_calendar.holidays}
    last = announced_until("CN")
    assert last is not None
    assert last >= 2026
    calendar = Calendar(country="CN")
    day, end = date(min(known), 1, 1), date(min(max(known), last), 12, 31)
    assert (end - day).days > 20 * 365
    differing: set[date] = set()
    while day <= end:
        if calendar.is_working(day) != chinese_calendar.is_workday(day):
            differing.add(day)
        day += timedelta(days=1)
    assert differing == MOVED_INTO_THE_YEAR_BEFORE


def test_only_countries_that_move_working_days_have_years_that_must_be_announced() -> None:
    assert announced_until("DE") is None
    assert announced_until("TW") is not None
    assert arrangement("DE", 2090).off >= {date(2090, 10, 3), date(2090, 12, 25)}
