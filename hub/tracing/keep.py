"""Keep: stays follow the swipes while the hub runs, and go when their days are over."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.tracing import store

KEEP_DAYS = 30  # ours (PR-04); as `ingest.keep_swipes_days` by default
DAY = 86_400_000_000
FOLD_EVERY_S = 1.0  # ours: a trace may lag by a second
DELETE_EVERY_S = 3600.0  # ours


async def fold_news(conn: AsyncConnection[Any], now: Micros) -> bool:
    """Fold the next page of the feed; whether there may be more."""
    return await store.catch_up(conn)


async def delete_old(conn: AsyncConnection[Any], now: Micros, *, keep_days: int) -> int:
    """Delete stays that are older than the swipes which are kept; returns how many."""
    return await store.delete_old(conn, now - keep_days * DAY, now)
