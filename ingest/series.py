"""Series: room in the raw tables for rows of given times.

TimescaleDB makes chunks by itself. Plain PostgreSQL needs a partition per day or week, added
before the rows that fall into it, in a transaction of its own. Nothing else knows the difference.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from edge.wire import Micros
from ingest.clock import SECOND, moment
from ingest.sql import load_queries

_QUERIES = load_queries("ingest", "series.sql")


class Series:
    """Knows which partitions there are, and adds the missing ones."""

    def __init__(self) -> None:
        self._spans: dict[str, Micros] | None = None
        self._there: set[tuple[str, int]] = set()

    def make_room(
        self, conn: psycopg.Connection[Any], table: str, times: NDArray[np.int64]
    ) -> None:
        """Add the partitions of `table` that rows at `times` (microseconds UTC) will need."""
        if self._spans is None:
            self._spans = {
                name: int(seconds) * SECOND for name, seconds in conn.execute(_QUERIES["spans"])
            }
        span = self._spans.get(table)
        if span is None:
            return
        for number in set((times // span).tolist()):  # np.unique would load numpy.ma: 0.3 s
            if (table, number) not in self._there:
                bounds = [table, moment(number * span), moment((number + 1) * span)]
                conn.execute(_QUERIES["add_partition"], bounds)
                self._there.add((table, number))

    def forget(self) -> None:
        """Look again at what there is, for instance after a partition was dropped."""
        self._spans = None
        self._there.clear()
