"""Store of the commands to agents. Ingest publishes them and brings the answers back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from edge.command import Order
from ingest.sql import load_queries

_QUERIES = load_queries("hub.agents")


async def knows(conn: AsyncConnection[Any], agent: str) -> bool:
    """Whether an agent of that name has ever reported."""
    cursor = await conn.execute(_QUERIES["knows_agent"], {"agent": agent})
    return await cursor.fetchone() == (True,)


async def ask(
    conn: AsyncConnection[Any],
    command: str,
    agent: str,
    order: Order,
    *,
    made: datetime,
    valid_until: datetime,
) -> None:
    """Ask an agent for something under an id; the same id again changes nothing."""
    values = {
        "id": command,
        "agent": agent,
        "order": msgspec.json.encode(order).decode(),
        "made": made,
        "valid_until": valid_until,
    }
    async with conn.transaction():
        await conn.execute(_QUERIES["ask"], values)
        await conn.execute(_QUERIES["wake_workers"])


async def find(conn: AsyncConnection[Any], agent: str, command: str) -> DictRow | None:
    """A command of an agent, with what became of it."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["command"], {"agent": agent, "id": command})
        return await cursor.fetchone()


async def newest(
    conn: AsyncConnection[Any], agent: str, limit: int, before: tuple[datetime, str] | None
) -> list[DictRow]:
    """Commands of an agent, newest first; those made before a moment and id only, if given."""
    made, command = before or (None, "")
    values = {"agent": agent, "made": made, "id": command, "limit": limit}
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["commands"], values)
        return await cursor.fetchall()


def is_same(stored: dict[str, Any], order: Order) -> bool:
    """Whether a stored order is this one, as far as can be told.

    The file of an ended `configure` is not kept.
    """
    asked = msgspec.to_builtins(order)
    return stored == asked or (stored.get("file") == "" and stored["do"] == asked["do"])
