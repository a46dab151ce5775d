"""Calendar: when people work, on the clock of the site's walls. Pure.

Times are int64 microseconds UTC. A stretch of working hours belongs to the day it begins in, and
may run past midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from edge.wire import Micros
from hub.deadlines.public_days import arrangement
from hub.plans.schedule import local

DAY_MINUTES = 1440
_LONGEST_SEARCH = 3700  # days; ours: ten years without a working day are a mistake in the plan


class NoWorkingDayError(ValueError):
    """A calendar in which nobody ever works."""


class Calendar(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """Working days and hours of one place.

    `weekdays` count from 0, Monday. `hours` are stretches in minutes of the day; one that runs past
    midnight ends after 1440. Whose `country` is None knows no public holidays. `days_off` and
    `extra_working_days` are the plan's own and overrule the country's.
    """

    zone: str = "UTC"
    country: str | None = None
    weekdays: frozenset[int] = frozenset(range(5))
    hours: tuple[tuple[int, int], ...] = ((8 * 60, 12 * 60), (14 * 60, 18 * 60))
    days_off: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether people work on a day."""
        if day in self.days_off:
            return False
        if day in self.extra_working_days:
            return True
        if self.country is not None:
            year = arrangement(self.country, day.year)
            if day in year.worked:
                return True
            if day in year.off:
                return False
        return day.weekday() in self.weekdays

    def day_of(self, at: Micros) -> date:
        """The day on the site's walls."""
        return local(at, ZoneInfo(self.zone)).date()

    def moment(self, day: date, minute: int) -> Micros:
        """When the wall clock shows a minute of a day; 1440 is the end of the day.

        Where the clock is put forward over it, the moment of that; where the clock shows it twice,
        the first time.
        """
        later, within = divmod(minute, DAY_MINUTES)
        wall = datetime.combine(
            day + timedelta(days=later), time(*divmod(within, 60)), tzinfo=ZoneInfo(self.zone)
        )
        return round(wall.timestamp()) * 1_000_000

    def closes(self, day: date) -> Micros:
        """When the working hours of a working day end."""
        return _stretches(self, day)[-1][1]

    def working_day_after(self, day: date, count: int) -> date:
        """The `count`-th working day after a day.

        Raises:
            NoWorkingDayError: nobody works for ten years.
        """
        for _ in range(_LONGEST_SEARCH * max(1, count)):
            day += timedelta(days=1)
            count -= self.is_working(day)
            if count == 0:
                return day
        raise _idle(self)

    def working(self, start: Micros) -> Iterator[tuple[Micros, Micros]]:
        """The stretches of working time from a time on, without end.

        Raises:
            NoWorkingDayError: nobody works for ten years.
        """
        day = self.day_of(start) - timedelta(days=1)
        idle = 0
        while idle < _LONGEST_SEARCH:
            idle += 1
            if self.is_working(day):
                for begins, ends in _stretches(self, day):
                    if ends > start:
                        idle = 0
                        yield max(begins, start), ends
            day += timedelta(days=1)
        raise _idle(self)


@lru_cache(maxsize=8192)
def _stretches(calendar: Calendar, day: date) -> tuple[tuple[Micros, Micros], ...]:
    return tuple(
        (calendar.moment(day, begins), calendar.moment(day, ends))
        for begins, ends in calendar.hours
    )


def _idle(calendar: Calendar) -> NoWorkingDayError:
    return NoWorkingDayError(
        f"nobody works for ten years: weekdays {sorted(calendar.weekdays)}, hours {calendar.hours}"
    )
