"""Registers: the hydrants among the registers whose age is watched (SE-17)."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub.registers.domain import Register, Tally
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.hydrants")


async def tally(conn: AsyncConnection[Any]) -> Tally:
    """How many there are, and when the one looked at longest ago was looked at."""
    cursor = await conn.execute(_QUERIES["tally"])
    row = await cursor.fetchone()
    assert row is not None
    entries, oldest, never = row
    return Tally(entries, None if never else oldest)


HYDRANTS = Register("hydrants", Name("Hydrants", "消火栓"), tally)
