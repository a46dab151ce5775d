"""Settling: what became of the pictures that were asked for goes into the logs of their cases.

What waits stands in the database, so a hub that was down settles as soon as it is up. Several hubs
may do this at once: each picture is settled under a lock of its row.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

import hub.agents.store as agents
from edge.wire import Micros
from hub.cases import store as cases
from hub.cases.domain import Event
from hub.cases.snapshots import read_snapshot
from hub.pictures import store
from hub.pictures.domain import STORED_S, Asked, came, failed
from ingest import clock

EVERY_S = 0.5  # ours: a picture stands in its case so soon after it is stored
OPEN = ("waiting", "sent")


async def settle_due(conn: AsyncConnection[Any], now: Micros) -> int:
    """Settle what has an end at `now`, each in a transaction of its own; returns how many."""
    settled = 0
    for asked, until in await store.unsettled(conn):
        end = await _end(conn, asked, until, now)
        if end is None:
            continue
        event, jpeg = end
        async with conn.transaction():
            await cases.lock_log(conn)
            case = await cases.find(conn, asked.case)
            if case is None or not await store.lock(conn, asked.command):
                continue
            await cases.append(conn, case, [event])
            await store.settle(conn, asked.command, clock.moment(now), jpeg)
        settled += 1
    return settled


async def _end(
    conn: AsyncConnection[Any], asked: Asked, until: datetime, now: Micros
) -> tuple[Event, bytes | None] | None:
    """The event that ends it and the picture, if there is one; None while it may still come."""
    over = now > clock.micros(until) + round(STORED_S * 1e6)
    command = await agents.find(conn, asked.agent, asked.command)
    if command is None:
        known = await agents.knows(conn, asked.agent)
        reason = "its answer is not kept any more" if known else "its agent never reported"
        return failed(asked, reason, now), None
    if command["state"] in OPEN and over:
        return failed(asked, "expired", now), None
    if command["state"] in OPEN:
        return None
    if command["state"] != "done":
        return failed(asked, command["reason"] or command["state"], now), None
    time = command["detail"].get("time")
    jpeg = await read_snapshot(conn, asked.device, time) if isinstance(time, int) else None
    if jpeg is not None and isinstance(time, int):
        return came(asked, jpeg, time, now), jpeg
    return (failed(asked, "the picture was not stored", now), None) if over else None
