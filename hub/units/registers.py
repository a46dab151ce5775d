"""Register of the units' classes and filings: each unit is confirmed by its newest entry."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub.registers.domain import Register, Tally
from hub.sites.domain import Name
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.units")


async def _tally(conn: AsyncConnection[Any]) -> Tally:
    row = await (await conn.execute(_QUERIES["tally"])).fetchone()
    assert row is not None
    return Tally(row[0], None if row[1] is None else clock.micros(row[1]))


UNIT_REGISTER = Register("unit-classes", Name("Unit classes and filings", "单位分级与备案"), _tally)
