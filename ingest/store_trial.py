"""Store trial: the upper pair of the link test, ingest and store, before agents are heard."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import psycopg

from edge.wire import LinkTest
from ingest.clock import now
from ingest.sql import load_queries

ROUNDS = 5  # as the lower pair's

_QUERIES = load_queries("ingest", "store_trial.sql")


def try_store(
    conn: psycopg.Connection[Any],
    worker: str,
    *,
    rounds: int = ROUNDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> LinkTest:
    """Commit a number and read it back, `rounds` times; `conn` is in autocommit mode.

    Raises:
        psycopg.Error: the store does not take it at all.
    """
    trips: list[float] = []
    for _ in range(rounds):
        token, began = secrets.randbits(62), monotonic()
        conn.execute(_QUERIES["write_probe"], [worker, token])
        found = conn.execute(_QUERIES["read_probe"], [worker]).fetchone()
        if found != (token,):
            return _result(trips, "the store gave back another number than was written")
        trips.append(round((monotonic() - began) * 1000, 3))
    return _result(trips)


def _result(trips: list[float], reason: str = "") -> LinkTest:
    return LinkTest(
        tested=now(),
        passed=not reason,
        rounds=len(trips),
        median_ms=median(trips) if trips else 0.0,
        slowest_ms=max(trips, default=0.0),
        reason=reason,
    )
