"""Store of the changes of the admission list."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from edge.wire import Micros
from hub.admission.domain import Change, admission_list, not_admitted
from hub.anomalies.domain import AnomalyKind
from hub.plans.domain import Plan
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.admission")


async def changes(conn: AsyncConnection[Any]) -> list[Change]:
    """All changes that were ever asked for, oldest first."""
    return await _read(conn, "changes", {})


async def ask(
    conn: AsyncConnection[Any], category: str, reason: str, *, admitted: bool, by: str, now: Micros
) -> Change | None:
    """Ask for a change; None: one of that category waits for its decision already."""
    values = {
        "category": category,
        "admitted": admitted,
        "reason": reason,
        "by": by,
        "now": clock.moment(now),
    }
    return next(iter(await _read(conn, "ask", values)), None)


async def find(conn: AsyncConnection[Any], change: int) -> Change | None:
    """The change with that id."""
    return next(iter(await _read(conn, "find", {"id": change})), None)


async def decide(
    conn: AsyncConnection[Any], change: int, note: str, *, agreed: bool, by: str, now: Micros
) -> Change | None:
    """Decide on a change; None: it was decided already."""
    values = {
        "id": change,
        "agreed": agreed,
        "note": note,
        "by": by,
        "now": clock.moment(now),
    }
    return next(iter(await _read(conn, "decide", values)), None)


async def refusal(
    conn: AsyncConnection[Any], plan: Plan, kind: AnomalyKind, role: str | None
) -> str | None:
    """Why somebody of a role may not be given a kind of case; None: may."""
    if role not in plan.cases.grid_staff:
        return None
    category = plan.category(kind)
    entries = admission_list(plan.categories, plan.cases, await changes(conn))
    entry = next((one for one in entries if one.category == category), None)
    return not_admitted(entry, role, plan.cases)


async def _read(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> list[Change]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return [_change(row) async for row in cursor]


def _change(row: DictRow) -> Change:
    decided = row["decided"]
    return Change(
        id=row["id"],
        category=row["category"],
        admitted=row["admitted"],
        reason=row["reason"],
        asked_by=row["asked_by"],
        asked=clock.micros(row["asked"]),
        agreed=row["agreed"],
        decided_by=row["decided_by"],
        decided=None if decided is None else clock.micros(decided),
        note=row["note"],
    )
