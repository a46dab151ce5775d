"""Registers of the files and of the evacuation totals; each entry is confirmed by a new version."""

from __future__ import annotations

from functools import partial
from typing import Any

from psycopg import AsyncConnection

from hub.registers.domain import Register, Tally
from hub.sites.domain import Name
from ingest import clock
from ingest.sql import load_queries

_FILES, _TOTALS = load_queries("hub.files"), load_queries("hub.evacuation")


async def _tally(queries: dict[str, Any], conn: AsyncConnection[Any]) -> Tally:
    row = await (await conn.execute(queries["tally"])).fetchone()
    assert row is not None
    return Tally(row[0], None if row[1] is None else clock.micros(row[1]))


FILE_REGISTERS = (
    Register("files", Name("Files of buildings and units", "一楼一档"), partial(_tally, _FILES)),
    Register("evacuation", Name("Evacuation totals", "需协助疏散人数"), partial(_tally, _TOTALS)),
)
