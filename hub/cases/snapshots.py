"""Snapshots: the pictures that cameras sent with what they saw."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from ingest import clock
from ingest.sql import load_queries

MOST = 12  # pictures shown with one case; ours

_QUERIES = load_queries("hub.cases")


def snapshot_path(device: str, time: Micros) -> str:
    """Where the API serves the picture that a device sent at a time."""
    return f"/api/snapshots/{device}/{time}.jpg"


async def snapshot_times(
    conn: AsyncConnection[Any], device: str, kinds: Collection[str], start: Micros, until: Micros
) -> list[Micros]:
    """When a device sent pictures of some kinds of detections, oldest first, `MOST` at most."""
    values = {
        "device": device,
        "kinds": list(kinds),
        "from": clock.moment(start),
        "to": clock.moment(until),
        "limit": MOST,
    }
    cursor = await conn.execute(_QUERIES["snapshot_times"], values)
    return [clock.micros(row[0]) for row in await cursor.fetchall()]


async def read_snapshot(conn: AsyncConnection[Any], device: str, time: Micros) -> bytes | None:
    """The JPEG that a device sent at exactly that time."""
    values = {"device": device, "time": clock.moment(time)}
    cursor = await conn.execute(_QUERIES["snapshot"], values)
    row = await cursor.fetchone()
    return None if row is None else row[0]
