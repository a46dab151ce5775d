"""Refold: cases of an earlier version get the progress that their own events amount to."""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.cases import store
from hub.cases.folding import fold
from ingest.sql import load_queries

AT_ONCE = 200  # ours: a short transaction, so that nobody waits for the log
EVERY_S = 2.0  # ours: 100,000 old cases are folded again within twenty minutes of an upgrade

_QUERIES = load_queries("hub.cases")


async def refold(conn: AsyncConnection[Any], _now: Micros) -> int:
    """Fold some cases again, in a transaction of its own; returns how many. None is left: 0.

    Until it is its turn an old case is folded by whoever adds to it.
    """
    if not await _waiting(conn, 1):
        return 0
    async with conn.transaction():
        await store.lock_log(conn)
        found = await _waiting(conn, AT_ONCE)
        for case in found:
            events = (sealed.event for sealed in await store.read_log(conn, case))
            progress = Jsonb(msgspec.to_builtins(fold(events).progress))
            values = {"id": case.id, "progress": progress}
            await conn.execute(_QUERIES["put_progress"], values)
    return len(found)


async def _waiting(conn: AsyncConnection[Any], limit: int) -> list[store.StoredCase]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["to_fold"], {"limit": limit})
        return [store.from_row(row) async for row in cursor]
