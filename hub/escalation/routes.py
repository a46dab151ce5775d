"""Routes of the timers and the day lists."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from hub.cases.sight import find_seen, sight_of
from hub.escalation import day_store, store
from hub.escalation.views import (
    DayItems,
    DayPage,
    NextTimers,
    TimerView,
    day_view,
    item_view,
    next_view,
    timer_view,
)
from hub.rights.guard import Acting, needs
from hub.views import Asked, Id
from hub.wiring import Connection, WiredParts
from ingest import clock

_BIGINT = 2**63 - 1
READ = needs("cases.read")

router = APIRouter(prefix="/api", tags=["deadlines"])


@router.get(
    "/cases/{case_id}/timers",
    summary="What falls due in a case",
    dependencies=[READ],
    responses={404: {}},
)
async def read_case_timers(
    case_id: Annotated[int, Path(ge=1, le=_BIGINT)], conn: Connection, actor: Acting
) -> list[TimerView]:
    """Each deadline that runs, the next one first; the hub draws them within a second."""
    await find_seen(conn, case_id, actor)
    return [timer_view(timer) for timer in await store.timers_of(conn, case_id)]


@router.get("/timers", summary="What falls due next in any case", dependencies=[READ])
async def read_next_timers(
    conn: Connection,
    actor: Acting,
    until: Annotated[Asked | None, Query(description="Due before; without, any")] = None,
    grid: Annotated[Id | None, Query(description="Only in this grid or below it")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> NextTimers:
    """The next deadlines over all cases."""
    before = None if until is None else clock.micros(until)
    found = await store.next_timers(conn, before, grid, limit, sight_of(actor))
    return NextTimers(items=[next_view(case, timer) for case, timer in found])


@router.get(
    "/day-lists",
    summary="Days with what they left over (日清日报), newest first",
    dependencies=[READ],
)
async def list_days(
    conn: Connection,
    actor: Acting,
    before: Annotated[date | None, Query(description="`next` of a page")] = None,
    limit: Annotated[int, Query(ge=1, le=366)] = 31,
) -> DayPage:
    """Every day has a list from its end on, also an empty one."""
    found = await day_store.read_days(conn, before=before, limit=limit + 1, sight=sight_of(actor))
    items = [day_view(one) for one in found[:limit]]
    return DayPage(items=items, next=items[-1].day if len(found) > limit else None)


@router.get("/day-lists/{day}", summary="What a day left over, by grid", dependencies=[READ])
async def read_day(
    day: date,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    grid: Annotated[Id | None, Query(description="Only in this grid or below it")] = None,
) -> DayItems:
    """Cases of small grids that were not cleared and reported at 23:59; as they stood then."""
    rows = await day_store.read_items(conn, day, grid, sight_of(actor))
    return DayItems(items=[item_view(row, parts.directory) for row in rows])
