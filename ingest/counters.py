"""Counters: what the store's bounds pushed out, counted for ever."""

from __future__ import annotations

from typing import Any

import psycopg

from ingest.sql import load_queries

_QUERIES = load_queries("ingest", "counters.sql")


def count(conn: psycopg.Connection[Any], name: str, more: int) -> None:
    """Add to a counter, in the caller's transaction."""
    conn.execute(_QUERIES["count"], [name, more])
