"""Handover: a case that its owner does not accept in time, or is on leave for, gets another owner.

What is due stands in the database, so a hub that was down hands over as soon as it is up again.
Several hubs may do this at once: each looks again under the lock of the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases import store
from hub.cases.domain import Event
from hub.cases.news import hand_over
from hub.cases.store import StoredCase
from hub.roster.domain import Leave, answerable
from hub.roster.store import chain, leaves_at

EVERY_S = 0.25  # ours: handed over within half a second of due


async def hand_over_due(conn: AsyncConnection[Any], now: Micros) -> int:
    """Hand over what is due at `now`, in a transaction of its own; returns how many cases."""
    leaves = await leaves_at(conn, now)
    if not await _orders(conn, leaves, now):
        return 0
    async with conn.transaction():
        await store.lock_log(conn)
        orders = await _orders(conn, await leaves_at(conn, now), now)
        for case, events in orders:
            await store.append(conn, case, events)
    return len(orders)


async def _orders(
    conn: AsyncConnection[Any], leaves: Iterable[Leave], now: Micros
) -> list[tuple[StoredCase, list[Event]]]:
    away = sorted({leave.person for leave in leaves})
    found: list[tuple[StoredCase, list[Event]]] = []
    for case in await store.find_waiting(conn, away, now):
        posts = (await chain(conn, case.grid_path)).posts
        owner = case.state.owner
        late = owner is not None and owner not in away
        answer = answerable(posts, now, leaves, {owner} if late and owner is not None else ())
        if answer is not None and answer.person != owner:
            reason = "unacknowledged" if late else (answer.reason or "vacant")
            found.append((case, hand_over(case.state, answer, reason=reason, now=now)))
    return found
