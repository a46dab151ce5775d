"""Series: the readings of one quantity between two times, thinned so that every peak stays.

Up to 27 hours they are the readings themselves, over longer times roll-ups of equal width: the mean
of each stretch with its least and greatest value.

Columns: time in seconds since 1970-01-01 UTC and values in the quantity's unit, all float64 and of
one length, ordered by time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

from edge.wire import Micros
from ingest import clock
from ingest.sql import load_queries

Column = NDArray[np.float64]

_QUERIES = load_queries("hub.live")
# PostgreSQL's binary array: a header of 20 bytes, then each element behind its length; times are
# in microseconds since 2000-01-01.
_HEADER = 20
_TIME = np.dtype([("length", ">i4"), ("value", ">i8")])
_VALUE = np.dtype([("length", ">i4"), ("value", ">f8")])
_POSTGRES_EPOCH: Micros = 946_684_800_000_000

# Ours: a day, and what a page that is left open adds to it before it begins anew; of a device that
# reports every 5 s, 19,440 readings.
RAW_SPAN = timedelta(hours=27)
_HOUR_S = 3600
# Widths that people count in; those below an hour are made of minutes, the others of hours.
_STEPS_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)


class RolledUp(NamedTuple):
    """Stretches of `step_s` seconds, by the time each begins: mean, least and greatest value."""

    step_s: int
    time: Column
    mean: Column
    low: Column
    high: Column


def step_for(span: timedelta, points: int) -> int:
    """The least width in seconds by which a span falls into at most `points` (2 or more) stretches.

    The ends of the span need not be those of a stretch. 86,400, the widest, where none is wide
    enough.
    """
    wanted = span.total_seconds() / (points - 1)
    return next((step for step in _STEPS_S if step >= wanted), _STEPS_S[-1])


def thin(time: Column, value: Column, points: int) -> tuple[Column, Column]:
    """At most `points` of a series: the least and the greatest value of each equal span of time.

    A series that is short enough stays whole. `points` is at least 2.
    """
    if len(time) <= points:
        return time, value
    buckets = max(1, points // 2)
    span = time[-1] - time[0]
    bucket = np.zeros(len(time), dtype=np.int64)
    if span > 0:
        bucket = np.minimum(((time - time[0]) / span * buckets).astype(np.int64), buckets - 1)
    order = np.lexsort((value, bucket))  # by bucket, within it by value
    starts = np.flatnonzero(np.diff(bucket[order], prepend=-1))
    ends = np.append(starts[1:], len(order)) - 1
    kept = np.unique(np.concatenate((order[starts], order[ends])))
    return time[kept], value[kept]


async def read_series(
    conn: AsyncConnection[Any], device: str, quantity: str, start: Micros, until: Micros
) -> tuple[Column, Column]:
    """All stored readings of the span, ends included, but for those that are no numbers."""
    values = {
        "device": device,
        "quantity": quantity,
        "from": clock.moment(start),
        "to": clock.moment(until),
    }
    cursor = await conn.execute(_QUERIES["series"], values, binary=True)
    row = await cursor.fetchone()
    assert row is not None
    time = (_unpack(row[0], _TIME).astype(np.int64) + _POSTGRES_EPOCH) / 1e6
    value = _unpack(row[1], _VALUE).astype(np.float64)
    sound = np.isfinite(value)
    return time[sound], value[sound]


async def read_rolled_up(
    conn: AsyncConnection[Any],
    device: str,
    quantity: str,
    start: Micros,
    until: Micros,
    step_s: int,
) -> RolledUp:
    """The span in stretches of `step_s` (one of `step_for`); empty ones are left out."""
    query = _QUERIES["rolled_minutes" if step_s < _HOUR_S else "rolled_hours"]
    values = {
        "device": device,
        "quantity": quantity,
        "from": clock.moment(start),
        "to": clock.moment(until),
        "step": timedelta(seconds=step_s),
    }
    cursor = await conn.execute(query, values, binary=True)
    columns = np.array(await cursor.fetchall(), dtype=np.float64).reshape(-1, 4).T
    return RolledUp(step_s, *columns)


def _unpack(packed: bytes | None, element: np.dtype[Any]) -> NDArray[Any]:
    if packed is None:  # the array of no rows
        return np.empty(0)
    return np.frombuffer(packed, dtype=element, offset=_HEADER)["value"]
