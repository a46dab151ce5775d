"""Binary COPY: rows of fixed width, packed by numpy as columns.

The format is PostgreSQL's (manual, COPY, "Binary Format"): a header, per row a field count and per
field its length and its big-endian value, a trailer. Times travel as microseconds since 2000.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

POSTGRES_EPOCH = 946_684_800_000_000  # 2000-01-01 in microseconds since 1970

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"


def timestamptz(micros: NDArray[np.int64]) -> NDArray[Any]:
    """Column of times, given in microseconds since 1970 UTC."""
    return (micros - POSTGRES_EPOCH).astype(">i8")


def bigint(values: ArrayLike) -> NDArray[Any]:
    """Column of eight-byte integers."""
    return np.asarray(values, dtype=">i8")


def integer(values: ArrayLike) -> NDArray[Any]:
    """Column of four-byte integers."""
    return np.asarray(values, dtype=">i4")


def smallint(values: ArrayLike) -> NDArray[Any]:
    """Column of two-byte integers."""
    return np.asarray(values, dtype=">i2")


def float8(values: ArrayLike) -> NDArray[Any]:
    """Column of double-precision numbers."""
    return np.asarray(values, dtype=">f8")


def boolean(values: ArrayLike) -> NDArray[Any]:
    """Column of truth values."""
    return np.asarray(values, dtype="?")


def copy_data(columns: Sequence[NDArray[Any]]) -> bytes:
    """Everything that `COPY … FROM STDIN (FORMAT binary)` takes for these columns.

    `columns` are of one length, in the table's order, made by the functions above.
    """
    layout: list[tuple[str, Any]] = [("fields", ">i2")]
    for number, column in enumerate(columns):
        layout += [(f"length{number}", ">i4"), (f"value{number}", column.dtype)]
    rows = np.empty(len(columns[0]), dtype=np.dtype(layout))
    rows["fields"] = len(columns)
    for number, column in enumerate(columns):
        rows[f"length{number}"] = column.dtype.itemsize
        rows[f"value{number}"] = column
    return _HEADER + rows.tobytes() + _TRAILER
