"""Day list: what small grids have not cleared and reported at a day's end (日清日报). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import takewhile
from typing import Literal

import msgspec

from edge.wire import Micros
from hub.cases.domain import CaseState, Event, fold
from hub.deadlines.calendar import Calendar
from hub.deadlines.count import SAME_DAY_ENDS
from hub.escalation.timers import Terms
from hub.escalation.watch import watched

Lack = Literal["not_cleared", "not_reported"]

LONGEST_AWAY = 31  # days; ours: of a hub that was away longer, no older lists are made up


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A case that its grid should have been done with that day, as it stood at the day's end."""

    case: int
    grid: str
    state: CaseState
    lack: Lack


def day_end(calendar: Calendar, day: date) -> Micros:
    """When the list of a day is drawn up."""
    return calendar.moment(day, SAME_DAY_ENDS)


def days_to_list(
    calendar: Calendar, last: date | None, first: date | None, now: Micros
) -> Iterator[date]:
    """The days that are over and have no list: after the `last` listed one, else from `first`."""
    today = calendar.day_of(now)
    since = last + timedelta(days=1) if last is not None else first
    if since is None:
        return
    day = max(since, today - timedelta(days=LONGEST_AWAY))
    while day <= today and day_end(calendar, day) <= now:
        yield day
        day += timedelta(days=1)


def unfinished(case: int, log: Sequence[Event], terms: Terms, until: Micros) -> Item | None:
    """The entry of a case in the list of the day that ends at `until`; None: it is not in it.

    A problem of a small grid is due the same day (CA-06). What went to another level, was set
    aside, or lies with a body outside is not the small grid's that day.
    """
    before = list(takewhile(lambda event: event.at <= until, log))
    if not before:
        return None
    state, watch = fold(before), watched(before, terms.leaf)
    due = terms.after("small_grid", state.opened, watch)
    if due is None or due > until or not state.open or watch.level != terms.leaf:
        return None
    lack: Lack = "not_reported" if state.stage in ("handled", "verified") else "not_cleared"
    return Item(case=case, grid=terms.leaf, state=state, lack=lack)
