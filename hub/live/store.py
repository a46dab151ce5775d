"""What the live part reads from the time-series store."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from hub.live.board import Board
from ingest import clock
from ingest.feed import CommittedBatch, decode_committed
from ingest.sql import load_queries

ROUND = 200  # feed rows taken in one go; ours: about what ingest commits in a second

_QUERIES = load_queries("hub.live")


async def prime(conn: AsyncConnection[Any], board: Board) -> int:
    """Fill the board with the newest of everything; returns the feed position to follow from."""
    cursor = await conn.execute(_QUERIES["feed_head"])
    row = await cursor.fetchone()
    assert row is not None
    head: int = row[0]
    cursor = await conn.execute(_QUERIES["latest_readings"], binary=True)
    for device, quantity, time, value in await cursor.fetchall():
        board.reading(device, quantity, clock.micros(time), value)
    cursor = await conn.execute(_QUERIES["latest_signs"])
    for device, seen, told in await cursor.fetchall():
        board.sign(device, clock.micros(seen), told)
    return head


async def feed_since(conn: AsyncConnection[Any], position: int) -> list[tuple[int, CommittedBatch]]:
    """The next `ROUND` commits after a position, at most."""
    values = {"position": position, "limit": ROUND}
    cursor = await conn.execute(_QUERIES["feed_since"], values, binary=True)
    return [(at, decode_committed(payload)) for at, payload in await cursor.fetchall()]


async def is_known(conn: AsyncConnection[Any], device: str) -> bool:
    """Whether the store has met the device."""
    cursor = await conn.execute(_QUERIES["device"], {"device": device})
    return await cursor.fetchone() is not None


async def unregistered(conn: AsyncConnection[Any]) -> list[str]:
    """Devices that send without being registered."""
    cursor = await conn.execute(_QUERIES["unregistered"])
    return [row[0] for row in await cursor.fetchall()]


async def ingest_clock(conn: AsyncConnection[Any]) -> float | None:
    """By how many seconds the worst clock of a living ingest worker is ahead of the store's."""
    cursor = await conn.execute(_QUERIES["ingest_clock"])
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def rows(conn: AsyncConnection[Any], query: str, **values: object) -> list[DictRow]:
    """Rows of a named query of the live part."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        return await cursor.fetchall()
