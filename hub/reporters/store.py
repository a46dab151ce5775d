"""Store of the reporters: the only table that says who a reporter is."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from hub.reporters.domain import Reporter, reporter_name
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.reporters")


async def hide(conn: AsyncConnection[Any], reporter: Reporter) -> str:
    """Keep who it is, in the caller's transaction; returns the name that all others are told."""
    values = {
        "at": clock.moment(reporter.at),
        "person": reporter.person,
        "name": reporter.name.strip(),
        "contact": reporter.contact.strip(),
    }
    row = await (await conn.execute(_QUERIES["put"], values)).fetchone()
    assert row is not None
    return reporter_name(row[0])


async def find(conn: AsyncConnection[Any], number: int) -> Reporter | None:
    """Who hides behind a number."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["find"], {"id": number})
        row = await cursor.fetchone()
    if row is None:
        return None
    return Reporter(
        at=clock.micros(row["at"]),
        person=row["person"],
        name=row["name"],
        contact=row["contact"],
    )
