"""Store of the day lists: written once at each day's end, from the logs as they were then."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from msgspec.structs import asdict
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from edge.wire import Micros
from hub.cases.sight import ALL, Sight
from hub.cases.store import StoredCase, from_row, lock_log
from hub.escalation.day_list import Item, day_end, days_to_list, unfinished
from hub.escalation.store import read_logs
from hub.escalation.terms import terms_of
from hub.plans.domain import Plan
from ingest import clock
from ingest.sql import load_queries

EVERY_S = 1.0  # ours: the list is there a second after the day's end

_QUERIES = load_queries("hub.escalation")


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A day and how many cases its list has, by what they lack."""

    day: date
    until: Micros
    written: Micros
    not_cleared: int
    not_reported: int


async def list_due(conn: AsyncConnection[Any], now: Micros, *, plan: Plan) -> int:
    """Write the lists of the days that are over, each in its own transaction; returns how many.

    A list that comes late, because the hub was down, says what was so at the end of its day.
    """
    calendar = plan.calendar.at(plan.time_zone)
    last: date | None = await _value(conn, "last_day")
    opened = None if last is not None else await _value(conn, "first_opened")
    first = None if opened is None else calendar.day_of(clock.micros(opened))
    written = 0
    for day in days_to_list(calendar, last, first, now):
        written += await _write(conn, day, day_end(calendar, day), now, plan)
    return written


async def read_days(
    conn: AsyncConnection[Any],
    *,
    before: date | None = None,
    limit: int = 31,
    sight: Sight = ALL,
) -> list[Listed]:
    """Days that have a list, the newest first; counted is what is in sight."""
    rows = await _rows(conn, "days", {"before": before, "limit": limit, **asdict(sight)})
    return [
        Listed(
            day=row["day"],
            until=clock.micros(row["until"]),
            written=clock.micros(row["written"]),
            not_cleared=row["not_cleared"],
            not_reported=row["not_reported"],
        )
        for row in rows
    ]


async def read_items(
    conn: AsyncConnection[Any],
    day: date,
    grid: str | None = None,
    sight: Sight = ALL,
) -> list[DictRow]:
    """The cases in the list of a day, those in sight, of a grid and those below it."""
    return await _rows(conn, "items", {"day": day, "grid": grid, **asdict(sight)})


async def _write(
    conn: AsyncConnection[Any], day: date, until: Micros, now: Micros, plan: Plan
) -> int:
    moment = clock.moment(until)
    async with conn.transaction():
        await lock_log(conn)  # so that nothing before the day's end comes after the list
        values = {"day": day, "until": moment, "written": clock.moment(now)}
        cursor = await conn.execute(_QUERIES["add_day"], values)
        if cursor.rowcount == 0:
            return 0
        found = [from_row(row) for row in await _rows(conn, "unfinished", {"until": moment})]
        logs = await read_logs(conn, [case.id for case in found])
        items = [_item(case, logs, plan, until) for case in found]
        rows = [_values(day, item) for item in items if item is not None]
        if rows:
            async with conn.cursor() as cursor:
                await cursor.executemany(_QUERIES["add_item"], rows)
    return 1


def _item(case: StoredCase, logs: dict[int, list[Any]], plan: Plan, until: Micros) -> Item | None:
    terms = terms_of(plan, case.state.kind, case.grid_path)
    return unfinished(case.id, logs[case.id], terms, until)


def _values(day: date, item: Item) -> dict[str, Any]:
    return {
        "day": day,
        "case": item.case,
        "grid": item.grid,
        "owner": item.state.owner,
        "stage": item.state.stage,
        "lack": item.lack,
    }


async def _value(conn: AsyncConnection[Any], query: str) -> Any:
    cursor = await conn.execute(_QUERIES[query])
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def _rows(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> list[DictRow]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return await cursor.fetchall()
