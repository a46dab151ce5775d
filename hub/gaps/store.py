"""What the store knows of when devices were heard and which batches of an agent have come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from edge.wire import Micros
from hub.gaps.domain import Gap, Promise, Reporter, Span, Times, find_gaps, promised, reach
from hub.gaps.sequence import Record, Stretch
from ingest import clock
from ingest.sql import load_queries

GRACE = timedelta(seconds=10)  # ours: what was overtaken this lately is on its way
EPOCHS = 200  # ours: a hundred starts of an agent, each with its link test; read in 0.2 s
GONE = ["offline", "removed"]

_QUERIES = load_queries("hub.gaps")
# PostgreSQL's binary array of timestamptz: a header of 20 bytes, then each behind its length,
# in microseconds since 2000-01-01.
_HEADER = 20
_ELEMENT = np.dtype([("length", ">i4"), ("time", ">i8")])
_POSTGRES_EPOCH: Micros = 946_684_800_000_000


async def gaps_of(
    conn: AsyncConnection[Any], spots: Sequence[Reporter], span: Span
) -> dict[str, list[Gap]]:
    """The gaps of each device, by its id; those that owe nothing have none."""
    promises = await promises_of(conn, spots)
    spans = {device: reach(span, promise) for device, promise in promises.items()}
    values = {
        "names": list(spans),
        "froms": [clock.moment(first) for first, _ in spans.values()],
        "tos": [clock.moment(last) for _, last in spans.values()],
        "gone": GONE,
    }
    cursor = await conn.execute(_QUERIES["signs"], values, binary=True)
    heard = {device: _unpack(packed) for device, packed in await cursor.fetchall()}
    never = np.empty(0, dtype=np.int64)
    found = {
        device: find_gaps(heard.get(device, never), span, promise)
        for device, promise in promises.items()
    }
    return {spot.device: found.get(spot.device, []) for spot in spots}


async def agent_row(conn: AsyncConnection[Any], agent: str) -> DictRow | None:
    """What an agent last reported; None of one that never did."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["agent"], {"agent": agent})
        return await cursor.fetchone()


async def sequences(
    conn: AsyncConnection[Any], agent: DictRow, back: int, limit: int
) -> list[Record]:
    """What has come of an agent's epochs, the oldest first, by its last report.

    Looked at are the newest `back` batches of the `EPOCHS` that began last; of each the newest
    `limit` stretches are told.
    """
    name = agent["name"]
    cursor = await conn.execute(_QUERIES["epochs"], {"agent": name, "most": EPOCHS})
    records: list[Record] = []
    for (epoch,) in await cursor.fetchall():
        if back < 1:
            break
        values = {
            "agent": name,
            "epoch": epoch,
            "settled": agent["reported"] - GRACE,
            "most": back,
            "limit": limit,
        }
        one = await conn.execute(_QUERIES["sequence"], values)
        row = await one.fetchone()
        if row is not None:
            first, last, missing, stretches, ranges = row
            newest = [Stretch(*pair) for pair in ranges]
            records.append(Record(epoch, first, last, missing, stretches, newest))
            back -= last - first + 1
    return records[::-1]


async def promises_of(conn: AsyncConnection[Any], spots: Sequence[Reporter]) -> dict[str, Promise]:
    """What each owes, by its name, since it was registered or first heard."""
    names = {"names": [spot.device for spot in spots]}
    cursor = await conn.execute(_QUERIES["since"], names)
    since = {name: clock.micros(first_seen) for name, first_seen in await cursor.fetchall()}
    found = {
        spot.device: promised(spot, since[spot.device]) for spot in spots if spot.device in since
    }
    return {device: promise for device, promise in found.items() if promise is not None}


def _unpack(packed: bytes) -> Times:
    times = np.frombuffer(packed, dtype=_ELEMENT, offset=_HEADER)["time"]
    return times.astype(np.int64) + _POSTGRES_EPOCH
