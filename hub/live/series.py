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
# Binary COPY of two columns that are never null: a header of 19 bytes, rows of 26, a trailer of 2.
_HEADER, _TRAILER = 19, 2
_ROW = np.dtype(
    [("fields", ">i2"), ("l1", ">i4"), ("time", ">f8"), ("l2", ">i4"), ("value", ">f8")]
)


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
    async with conn.cursor() as cursor, cursor.copy(_QUERIES["series"], values) as copy:
        data = b"".join([bytes(part) async for part in copy])
    rows = np.frombuffer(data[_HEADER : len(data) - _TRAILER], dtype=_ROW)
    rows = rows[np.isfinite(rows["value"])]
    return rows["time"].astype(np.float64), rows["value"].astype(np.float64)
