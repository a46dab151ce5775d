"""Store of the authorities' queries: each is kept, and they are counted."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.authority.domain import HOUR, PER_HOUR, Query
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.authority")


async def wait_s(conn: AsyncConnection[Any], actor: str, now: Micros) -> int:
    """How many seconds somebody must wait before the next query; 0: none."""
    values = {"actor": actor, "since": clock.moment(now - HOUR)}
    row = await (await conn.execute(_QUERIES["count"], values)).fetchone()
    assert row is not None
    count, first = row
    if count < PER_HOUR:
        return 0
    return max(1, (clock.micros(first) + HOUR - now) // 1_000_000 + 1)


async def keep(
    conn: AsyncConnection[Any], query: Query, *, actor: str, told: int, now: Micros
) -> int:
    """Keep a query, in the caller's transaction; returns its number."""
    values = {
        "at": clock.moment(now),
        "actor": actor,
        "authority": query.authority,
        "case_number": query.case_number,
        "place": query.place,
        "start": clock.moment(query.start),
        "finish": clock.moment(query.finish),
        "told": told,
    }
    row = await (await conn.execute(_QUERIES["put"], values)).fetchone()
    assert row is not None
    return row[0]
