"""Intake: what the detectors found becomes cases, inside the follower's transaction.

Both functions may be called again with the same news: it is written once.
"""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.anomalies.domain import Anomaly, Recovery
from hub.cases import store
from hub.cases.domain import discover, recover, recur, worsen
from hub.sites.domain import Spot


async def take_up(
    conn: AsyncConnection[Any],
    anomaly: Anomaly,
    spot: Spot,
    now: Micros,
    *,
    due_minutes: int | None = None,
) -> None:
    """Open a case for the anomaly, or refresh the open case of the same device and kind.

    An open case of a kind that the anomaly supersedes becomes a case of the anomaly's kind.
    A new case belongs to the warden of the spot's leaf grid, else to the stand-in, and is due
    `due_minutes` after `now`, by the rule that was broken; None sets no deadline.
    """
    await store.lock_log(conn)
    if await store.is_taken_up(conn, anomaly):
        return
    same = await store.find_open(conn, anomaly.device, anomaly.kind)
    lesser = None
    for milder in anomaly.supersedes if same is None else ():
        lesser = lesser or await store.find_open(conn, anomaly.device, milder)
    if same is not None:
        case = await store.append(conn, same, recur(same.state, anomaly, now=now))
    elif lesser is not None:
        events = worsen(lesser.state, anomaly, due_minutes=due_minutes, now=now)
        case = await store.append(conn, lesser, events)
    else:
        warden = spot.warden or spot.stand_in
        events = discover(anomaly, warden=warden, due_minutes=due_minutes, now=now)
        case = await store.create(conn, spot, events)
    await store.add_anomaly(conn, case.id, anomaly)


async def note_recovery(conn: AsyncConnection[Any], recovery: Recovery, now: Micros) -> None:
    """Tell the open case in which the device breaks the rule, if any, that it is good again."""
    await store.lock_log(conn)
    case = await store.find_broken(conn, recovery.device, recovery.rule)
    if case is not None:
        await store.append(conn, case, recover(case.state, recovery, now=now))
