"""Names: devices and quantities by the numbers that rows carry, cached.

A name is added in a transaction of its own, before the rows that need it: a name without rows
does no harm, and two workers that add names cannot block one another over their rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from ingest.sql import load_queries

MAX_QUANTITIES = 1_000  # ours: a site measures dozens; more is a device that invents topics

_QUERIES = load_queries("ingest", "names.sql")


class Names:
    """One table's names and numbers. What finds no room is left out and asked for again."""

    def __init__(self, table: str, *, room: int) -> None:
        """`table` is `devices` or `quantities`; `room`: how many names ingest may add in all."""
        self._numbers: dict[str, int] = {}
        self._find = _QUERIES[f"find_{table}"]
        self._count = _QUERIES[f"count_{table}"]
        self._add = _QUERIES[f"add_{table}"]
        self._room = room

    def admit(self, conn: psycopg.Connection[Any], names: Iterable[str]) -> frozenset[str]:
        """Learn the numbers of names, adding new ones while there is room; returns the rest."""
        unknown = {name for name in names if name not in self._numbers}
        if not unknown:
            return frozenset()
        unknown -= self._learn(conn, unknown)
        if unknown:
            with conn.transaction():
                row = conn.execute(self._count).fetchone()
                room = max(0, self._room - (row[0] if row else 0))
                conn.execute(self._add, [sorted(unknown)[:room]])
            unknown -= self._learn(conn, unknown)
        return frozenset(unknown)

    def knows(self, name: str) -> bool:
        """Whether the name has been admitted."""
        return name in self._numbers

    def number(self, name: str) -> int:
        """The number of an admitted name."""
        return self._numbers[name]

    def numbers(self, names: list[str]) -> NDArray[np.int64]:
        """The numbers of admitted names, in their order; -1 stands for one that was left out."""
        return np.array([self._numbers.get(name, -1) for name in names], dtype=np.int64)

    def forget(self) -> None:
        """Ask the database again for every name."""
        self._numbers.clear()

    def _learn(self, conn: psycopg.Connection[Any], names: set[str]) -> set[str]:
        found: dict[str, int] = dict(conn.execute(self._find, [list(names)]).fetchall())
        self._numbers.update(found)
        return set(found)
