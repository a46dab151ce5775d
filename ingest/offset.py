"""Offset: how far this worker's clock is off the store's.

Live items are judged by the worker's clock: one that is slow takes what is true for `ahead` and
sets it aside. The store's clock is the other one that every worker can see.
"""

from __future__ import annotations

import logging
from typing import Any

import psycopg

from ingest.clock import SECOND, micros, now
from ingest.sql import load_queries

MOST_S = 3.0  # ours: far above what NTP leaves, far below what makes items dead letters

_QUERIES = load_queries("ingest", "offset.sql")

log = logging.getLogger(__name__)


def clock_offset_s(conn: psycopg.Connection[Any]) -> float:
    """Our clock minus the store's, in seconds, exact to half the time that the question takes."""
    before = now()
    row = conn.execute(_QUERIES["store_clock"]).fetchone()
    assert row is not None
    return ((before + now()) / 2 - micros(row[0])) / SECOND


class ClockWatch:
    """Says it once when the clocks have parted, and once when they agree again."""

    def __init__(self) -> None:
        self._apart = False

    def look(self, offset_s: float) -> None:
        """Log what is new about the offset."""
        apart = abs(offset_s) > MOST_S
        if apart and not self._apart:
            log.warning(
                "ingest.clocks_differ",
                extra={
                    "offset_s": round(offset_s, 3),
                    "remedy": "this machine's clock or the database server's is wrong, and live "
                    "items may become dead letters: run NTP (chrony) on both",
                },
            )
        elif self._apart and not apart:
            log.info("ingest.clocks_agree", extra={"offset_s": round(offset_s, 3)})
        self._apart = apart
