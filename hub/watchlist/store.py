"""Store of the watch list: what people did, only ever added."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub import entries
from hub.watchlist.domain import Act
from ingest.sql import load_queries

_QUERIES = load_queries("hub.watchlist")


async def lock_place(conn: AsyncConnection[Any], place: str) -> None:
    """Let nobody else act on this place until the transaction ends."""
    await conn.execute(_QUERIES["lock"], {"place": place})


async def add_act(conn: AsyncConnection[Any], act: Act) -> None:
    """Append an act."""
    await entries.append(conn, _QUERIES["add"], [act])


async def all_acts(conn: AsyncConnection[Any]) -> list[Act]:
    """What was done, oldest first."""
    return await entries.read(conn, _QUERIES["acts"], {}, Act)
