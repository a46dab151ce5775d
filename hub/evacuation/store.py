"""Store of the evacuation totals: only ever added."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection

from hub import entries
from hub.evacuation.domain import Total
from hub.sites.domain import Name
from hub.sourced import Standing, standing
from ingest.sql import load_queries

_QUERIES = load_queries("hub.evacuation")


async def add_total(conn: AsyncConnection[Any], total: Total) -> None:
    """Append a total."""
    await entries.append(conn, _QUERIES["add"], [total])


async def totals(
    conn: AsyncConnection[Any], building: str | None = None
) -> dict[str, Standing[Total]]:
    """What stands of each building, or of one."""
    found = await entries.read(conn, _QUERIES["standing"], {"building": building}, Total)
    return standing(found, lambda total: total.building)


async def building_of(conn: AsyncConnection[Any], place: str) -> tuple[str, Name] | None:
    """The building that a place lies in."""
    row = await (await conn.execute(_QUERIES["of_place"], {"place": place})).fetchone()
    return None if row is None else (row[0], msgspec.convert(row[1], Name))


async def building_name(conn: AsyncConnection[Any], building: str) -> Name | None:
    """What a building is called; None if there is none."""
    row = await (await conn.execute(_QUERIES["building"], {"building": building})).fetchone()
    return None if row is None else msgspec.convert(row[0], Name)
