"""Views of the timers and the day lists: the models of the API."""

from __future__ import annotations

from datetime import date

from psycopg.rows import DictRow
from pydantic import BaseModel, Field

from hub.anomalies.domain import AnomalyKind, Grade
from hub.cases.domain import Stage
from hub.directory import Directory
from hub.escalation.day_list import Lack
from hub.escalation.day_store import Listed
from hub.escalation.timers import Effect, Timer, TimerName
from hub.views import Instant, PersonRef, person_view
from ingest import clock


class TimerView(BaseModel):
    """Something that falls due in a case, and what happens then."""

    name: TimerName
    due: Instant
    effect: Effect


class NextTimer(TimerView):
    """The same, of some case."""

    case_id: int = Field(examples=[123])


class NextTimers(BaseModel):
    """What falls due next in any case, the next one first."""

    items: list[NextTimer]


class DayView(BaseModel):
    """A day that has ended, and how many cases the small grids had left over by then."""

    day: date
    until: Instant = Field(description="The day's end: 23:59 on the site's walls")
    written: Instant = Field(description="Later than that where the hub was down")
    not_cleared: int
    not_reported: int = Field(description="Handled, but not rechecked and closed")


class DayPage(BaseModel):
    """Days with a list, the newest first; `next` goes into `before`."""

    items: list[DayView]
    next: date | None


class LeftOver(BaseModel):
    """A case in a day's list, as it stood at the day's end."""

    case_id: int
    number: str = Field(examples=["2026-000123"])
    kind: AnomalyKind
    grade: Grade
    grid: str
    owner: PersonRef | None
    state: Stage
    lack: Lack
    opened: Instant


class DayItems(BaseModel):
    """The list of one day, by grid."""

    items: list[LeftOver]


def timer_view(timer: Timer) -> TimerView:
    """A timer for the API."""
    return TimerView(name=timer.name, due=clock.moment(timer.due), effect=timer.effect)


def next_view(case: int, timer: Timer) -> NextTimer:
    """A timer of some case for the API."""
    return NextTimer(case_id=case, **timer_view(timer).model_dump())


def day_view(one: Listed) -> DayView:
    """A listed day for the API."""
    return DayView(
        day=one.day,
        until=clock.moment(one.until),
        written=clock.moment(one.written),
        not_cleared=one.not_cleared,
        not_reported=one.not_reported,
    )


def item_view(row: DictRow, directory: Directory) -> LeftOver:
    """A row of a day's list for the API."""
    owner = row["owner"]
    return LeftOver(
        case_id=row["case_id"],
        number=row["number"],
        kind=row["kind"],
        grade=row["grade"],
        grid=row["grid"],
        owner=None if owner is None else person_view(owner, directory),
        state=row["stage"],
        lack=row["lack"],
        opened=row["opened"],
    )
