"""Register of the units' classes and filings: each unit is confirmed by its newest entry."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub.registers.domain import Register, Tally
from hub.registers.part import Part
from hub.registers.tallies import counted
from hub.sites.domain import Name
from ingest.sql import load_queries

_QUERIES = load_queries("hub.units")


async def _tally(conn: AsyncConnection[Any], part: Part | None) -> Tally:
    among = None if part is None else [one.id for one in part.seen.units]
    return await counted(_QUERIES["tally"], conn, among)


UNIT_REGISTER = Register("unit-classes", Name("Unit classes and filings", "单位分级与备案"), _tally)
