"""Store of the watch list: what people did, only ever added."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from hub.watchlist.domain import Act
from ingest import clock
from ingest.sql import load_queries

_QUERIES = load_queries("hub.watchlist")


async def lock_place(conn: AsyncConnection[Any], place: str) -> None:
    """Let nobody else act on this place until the transaction ends."""
    await conn.execute(_QUERIES["lock"], {"place": place})


async def add_act(conn: AsyncConnection[Any], act: Act) -> None:
    """Append an act."""
    await conn.execute(_QUERIES["add"], msgspec.structs.asdict(act) | {"at": clock.moment(act.at)})


async def all_acts(conn: AsyncConnection[Any]) -> list[Act]:
    """What was done, oldest first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["acts"])
        return [
            msgspec.convert({**row, "at": clock.micros(row["at"])}, Act) async for row in cursor
        ]
