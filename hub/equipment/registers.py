"""Registers: the fire equipment among the registers whose age is watched (SE-17)."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub.registers.domain import Register, Tally
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.equipment")


async def tally(conn: AsyncConnection[Any]) -> Tally:
    """How many items there are, and when the one looked at longest ago was looked at."""
    cursor = await conn.execute(_QUERIES["tally"])
    row = await cursor.fetchone()
    assert row is not None
    entries, oldest, never = row
    return Tally(entries, None if never else oldest)


EQUIPMENT = Register("equipment", Name("Fire equipment", "消防器材"), tally)
