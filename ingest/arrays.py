"""Arrays: packed columns as parameters of a query, in PostgreSQL's binary form.

psycopg dumps a list item by item; thousands of rows per query go faster as one numpy array.
The form is that of `array_send`: dimensions, flags, element type, length, lower bound, and per
element its length and its big-endian value.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format


@dataclass(frozen=True, slots=True)
class Packed:
    """A column made by `ingest.copying`, to be passed as an array; never empty."""

    column: NDArray[Any]


class Integers(Packed):
    """A column of four-byte integers."""


class SmallIntegers(Packed):
    """A column of two-byte integers."""


class Doubles(Packed):
    """A column of double-precision numbers."""


class Times(Packed):
    """A column of times with zone."""


class _PackedDumper(Dumper):
    format = Format.BINARY
    element: ClassVar[int]

    def dump(self, obj: Packed) -> bytes:
        column = obj.column
        width = column.dtype.itemsize
        items = np.empty(len(column), dtype=[("length", ">i4"), ("value", column.dtype)])
        items["length"] = width
        items["value"] = column
        return struct.pack(">iiIii", 1, 0, self.element, len(column), 1) + items.tobytes()


def _register(packed: type[Packed], name: str) -> None:
    info = psycopg.adapters.types[name]
    members = {"oid": info.array_oid, "element": info.oid}
    psycopg.adapters.register_dumper(packed, type(f"{name}Dumper", (_PackedDumper,), members))


_register(Integers, "int4")
_register(SmallIntegers, "int2")
_register(Doubles, "float8")
_register(Times, "timestamptz")
