"""Tallies: what a register's own query counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.sql import SQL

from hub.registers.domain import Tally
from ingest import clock


async def counted(
    query: SQL, conn: AsyncConnection[Any], among: Sequence[str] | None = None
) -> Tally:
    """The tally by a query of two columns: how many entries, and of when the oldest is.

    The second is null for a register whose entries are not confirmed one by one, or if one of them
    never was. `among` are the ids to count; None: all.
    """
    row = await (await conn.execute(query, {"among": among})).fetchone()
    assert row is not None
    entries, oldest = row
    return Tally(entries, None if oldest is None else clock.micros(oldest))
