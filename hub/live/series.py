"""Series: the readings of one quantity between two times, thinned so that every peak stays.

Columns: time in seconds since 1970-01-01 UTC and value in the quantity's unit, both float64 and of
one length, ordered by time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection

from edge.wire import Micros
from ingest import clock
from ingest.sql import load_queries

Column = NDArray[np.float64]

_QUERIES = load_queries("hub.live")
# PostgreSQL's binary array of float8: a header of 20 bytes, then each element behind its length.
_HEADER = 20
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">f8")])


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
    time, value = _unpack(row[0]), _unpack(row[1])
    sound = np.isfinite(value)
    return time[sound], value[sound]


def _unpack(packed: bytes | None) -> Column:
    if packed is None:  # the array of no rows
        return np.empty(0)
    return np.frombuffer(packed, dtype=_ELEMENT, offset=_HEADER)["value"].astype(np.float64)
