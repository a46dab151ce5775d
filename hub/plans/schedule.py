"""Schedule: the times in which a rule raises, on the clock of the site's walls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from edge.wire import Micros

Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Hour = Annotated[float, msgspec.Meta(ge=0, le=24)]
Month = Annotated[int, msgspec.Meta(ge=1, le=12)]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Active(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of hours on some weekdays of some months; what is left out is not asked.

    `hours = [22, 6]` runs past midnight and belongs to the weekday and month it began in. An end
    is not in it: `[8, 18]` is over at 18:00.
    """

    hours: tuple[Hour, Hour] | None = None
    weekdays: list[Weekday] = []
    months: list[Month] = []

    def holds(self, at: datetime) -> bool:
        """Whether a local time lies in it."""
        hour = at.hour + at.minute / 60 + at.second / 3600
        day = at
        if self.hours is not None:
            start, end = self.hours
            overnight = end <= start
            if not (hour >= start or hour < end if overnight else start <= hour < end):
                return False
            if overnight and hour < end:
                day = at - timedelta(days=1)
        on_day = not self.weekdays or WEEKDAYS[day.weekday()] in self.weekdays
        return on_day and (not self.months or day.month in self.months)


def local(time: Micros, zone: ZoneInfo) -> datetime:
    """A time in microseconds UTC, on the clock of a zone."""
    return (_EPOCH + timedelta(microseconds=time)).astimezone(zone)
