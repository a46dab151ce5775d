"""Store of the pictures that cameras were asked for on behalf of cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from hub.pictures.domain import Asked
from ingest.sql import load_queries

_QUERIES = load_queries("hub.pictures")


async def add(
    conn: AsyncConnection[Any], wanted: Asked, *, asked: datetime, until: datetime
) -> None:
    """Note that a picture was asked for."""
    values = msgspec.structs.asdict(wanted) | {"asked": asked, "until": until}
    await conn.execute(_QUERIES["ask"], values)


async def count(conn: AsyncConnection[Any], case: int) -> int:
    """How many pictures were asked for on behalf of a case."""
    cursor = await conn.execute(_QUERIES["count"], {"case": case})
    row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def unsettled(conn: AsyncConnection[Any]) -> list[tuple[Asked, datetime]]:
    """Pictures of which the case's log knows no end yet, and until when they were worth taking."""
    cursor = await conn.execute(_QUERIES["unsettled"])
    return [(Asked(*row[:6]), row[6]) for row in await cursor.fetchall()]


async def lock(conn: AsyncConnection[Any], command: str) -> bool:
    """Be the only one to settle it until the transaction ends; False if somebody else is or did."""
    cursor = await conn.execute(_QUERIES["lock"], {"command": command})
    return await cursor.fetchone() is not None


async def settle(
    conn: AsyncConnection[Any], command: str, settled: datetime, jpeg: bytes | None
) -> None:
    """Note its end, and keep the picture."""
    values = {"command": command, "settled": settled, "jpeg": jpeg}
    await conn.execute(_QUERIES["settle"], values)


async def read_picture(conn: AsyncConnection[Any], case: int, command: str) -> bytes | None:
    """The JPEG that was kept with a case."""
    cursor = await conn.execute(_QUERIES["picture"], {"case": case, "command": command})
    row = await cursor.fetchone()
    return None if row is None else row[0]
