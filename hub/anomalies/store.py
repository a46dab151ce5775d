"""Store of the anomalies, and of a follower's cursor over the feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Json

from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.row import Pulse
from ingest import clock, locks
from ingest.sql import load_queries

_QUERIES = load_queries("hub.anomalies")


class Cursor(NamedTuple):
    """How far a follower has judged, and its detectors' state there."""

    position: int
    state: bytes


class FeedRow(NamedTuple):
    """A row of the feed, still packed."""

    position: int
    payload: bytes


class FeedPage(NamedTuple):
    """Rows of the feed in commit order; no row up to `dropped_to` need be there any more."""

    dropped_to: int
    rows: list[FeedRow]


class Missed(NamedTuple):
    """Rows of the feed that were gone before they were judged: some after `after`, up to `upto`."""

    after: int
    upto: int
    noticed: datetime


async def take_turn(conn: AsyncConnection[Any], name: str) -> bool:
    """Become the one follower of that name until the connection ends; False if there is one."""
    values = {"space": locks.FOLLOWER, "name": name}
    cursor = await conn.execute(_QUERIES["take_turn"], values)
    return await cursor.fetchone() == (True,)


async def read_cursor(conn: AsyncConnection[Any], name: str) -> Cursor | None:
    """Where the follower of that name stopped; None if it never ran."""
    cursor = await conn.execute(_QUERIES["follower"], {"name": name})
    row = await cursor.fetchone()
    return None if row is None else Cursor(*row)


async def put_cursor(conn: AsyncConnection[Any], name: str, at: Cursor) -> None:
    """Note how far the follower has judged, in the caller's transaction."""
    await conn.execute(_QUERIES["put_follower"], {"name": name} | at._asdict())


async def put_missed(conn: AsyncConnection[Any], name: str, missed: Missed) -> None:
    """Note what the follower missed, in the caller's transaction; it has a cursor already."""
    await conn.execute(_QUERIES["put_missed"], {"name": name} | missed._asdict())


async def missed_since(conn: AsyncConnection[Any], since: datetime) -> Missed | None:
    """The newest miss that a follower has noticed since then."""
    cursor = await conn.execute(_QUERIES["missed"], {"since": since})
    row = await cursor.fetchone()
    return None if row is None else Missed(*row)


async def feed_page(conn: AsyncConnection[Any], position: int, limit: int) -> FeedPage:
    """The next rows of the feed after `position`, in commit order."""
    values = {"position": position, "limit": limit}
    cursor = await conn.execute(_QUERIES["feed_page"], values, binary=True)
    found = await cursor.fetchall()
    rows = [FeedRow(position, payload) for _, position, payload in found if position is not None]
    return FeedPage(found[0][0], rows)


async def signs_of_life(conn: AsyncConnection[Any]) -> Pulse:
    """The last reports of agents that are online, and when an ingest worker last gave a beat."""
    cursor = await conn.execute(_QUERIES["signs_of_life"])
    row = await cursor.fetchone()
    assert row is not None
    return Pulse(*row)


async def put_anomaly(conn: AsyncConnection[Any], anomaly: Anomaly) -> None:
    """Keep an anomaly; one that is known already stays, but that it may be muted no more."""
    seen = anomaly.detection_time
    values = {
        "key": anomaly.key,
        "rule": anomaly.rule,
        "kind": anomaly.kind,
        "device": anomaly.device,
        "started": clock.moment(anomaly.started),
        "raised": clock.moment(anomaly.raised),
        "value": anomaly.value,
        "limit": anomaly.limit,
        "unit": anomaly.unit,
        "quantity": anomaly.quantity,
        "grade": anomaly.grade,
        "supersedes": list(anomaly.supersedes),
        "detection_time": None if seen is None else clock.moment(seen),
        "veto": anomaly.veto,
        "muted": anomaly.muted,
        "cause": None if anomaly.cause is None else Json(msgspec.to_builtins(anomaly.cause)),
    }
    await conn.execute(_QUERIES["put_anomaly"], values)


async def put_recovery(conn: AsyncConnection[Any], recovery: Recovery) -> None:
    """Note with its anomaly that the device is good again."""
    values = {
        "key": recovery.key,
        "recovered": clock.moment(recovery.recovered),
        "value": recovery.value,
    }
    await conn.execute(_QUERIES["put_recovery"], values)
