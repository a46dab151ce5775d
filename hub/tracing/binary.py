"""Binary: rows of fixed width out of PostgreSQL as numpy columns, nothing per row in Python.

The format is that of COPY (manual, COPY, "Binary Format"), as `ingest.copying` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import AsyncConnection
from psycopg.sql import SQL

_HEADER_BYTES, _TRAILER_BYTES = 19, 2


async def read_columns(
    conn: AsyncConnection[Any],
    query: SQL,
    values: Mapping[str, Any],
    types: Sequence[str],
) -> list[NDArray[Any]]:
    """The columns of a `copy (…) to stdout (format binary)`, none of them null.

    `types` are numpy's, big-endian and as wide as PostgreSQL's: `>i8`, `>i4`, `>i2`, `?`.
    """
    data = bytearray()
    async with conn.cursor() as cursor, cursor.copy(query, values) as copy:
        async for part in copy:
            data += part
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for number, kind in enumerate(types):
        layout += [(f"length{number}", ">i4"), (f"value{number}", kind)]
    form = np.dtype(layout)
    count = (len(data) - _HEADER_BYTES - _TRAILER_BYTES) // form.itemsize
    rows = np.frombuffer(data, form, count, _HEADER_BYTES)
    return [rows[f"value{number}"].astype(kind[1:] if len(kind) > 1 else kind)
            for number, kind in enumerate(types)]  # fmt: skip
