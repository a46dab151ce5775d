"""Packed: columns out of PostgreSQL as numpy arrays, nothing per row in Python.

The query gives one row of `array_send(array_agg(column))`. That form is dimensions, flags, element
type, length and lower bound, then per element its length and its big-endian value, none of them
null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.sql import SQL

_HEADER_BYTES = 20


async def read_columns(
    conn: AsyncConnection[Any], query: SQL, values: Mapping[str, Any], types: Sequence[str]
) -> list[NDArray[Any]]:
    """One column for each type; all are empty where nothing was found.

    `types` are numpy's, as wide as PostgreSQL's: `i8`, `i4`, `i2`, `?`.
    """
    async with conn.cursor(binary=True) as cursor:
        await cursor.execute(query, values)
        row = await cursor.fetchone()
    assert row is not None
    return [_column(packed, kind) for packed, kind in zip(row, types, strict=True)]


def _column(packed: bytes | None, kind: str) -> NDArray[Any]:
    if packed is None:
        return np.zeros(0, dtype=kind)
    stored = np.dtype(kind).newbyteorder(">")
    form = np.dtype([("length", ">i4"), ("value", stored)])
    return np.frombuffer(packed, form, offset=_HEADER_BYTES)["value"].astype(kind)
