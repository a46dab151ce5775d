"""Store of the unit register: entries are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from hub import entries
from hub.sites.domain import Name, Point
from hub.units.domain import UnitEntry
from ingest.sql import load_queries

_QUERIES = load_queries("hub.units")


class SitedUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as the site file has it, with its leaf grid."""

    id: str
    name: Name
    kind: str
    at: Point
    building: str | None
    floor: int | None
    grid: str
    path: tuple[str, ...]


async def sited_units(conn: AsyncConnection[Any]) -> list[SitedUnit]:
    """The units of the site in force, by id."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["units"])
        return msgspec.convert(await cursor.fetchall(), list[SitedUnit])


async def lock_unit(conn: AsyncConnection[Any], unit: str) -> None:
    """Let nobody else write about this unit until the transaction ends."""
    await conn.execute(_QUERIES["lock"], {"unit": unit})


async def add_entries(conn: AsyncConnection[Any], added: Iterable[UnitEntry]) -> None:
    """Append entries, in their order, in one transaction."""
    await entries.append(conn, _QUERIES["add"], added)


async def history(conn: AsyncConnection[Any], unit: str) -> list[UnitEntry]:
    """All entries of a unit, oldest first."""
    return await entries.read(conn, _QUERIES["history"], {"unit": unit}, UnitEntry)


async def standing_entries(conn: AsyncConnection[Any]) -> list[UnitEntry]:
    """The entries of all units that count, and every step of their acceptances."""
    return await entries.read(conn, _QUERIES["standing"], {}, UnitEntry)
