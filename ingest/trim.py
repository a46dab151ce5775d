"""Trim: the feed within its days and its megabytes.

A row goes when it is old, rolled up, and every follower has read it. Two things go before this: a
follower that has not moved for `feed_max_days` no longer holds anything, and beyond `feed_max_mb`
the oldest rows go whoever needs them. What a follower had not read is counted and logged, and the
mark of how far the feed was dropped tells the follower, should it come back.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import psycopg

from edge.wire import Micros
from ingest.chunks import in_chunks
from ingest.clock import DAY, moment
from ingest.counters import count
from ingest.settings import IngestSettings
from ingest.sql import load_queries

DROPPED_UNREAD = "feed_rows_dropped_unread"

_MEGABYTE = 1 << 20
_ROW_OVERHEAD_BYTES = 100  # ours: row and index, so that tiny batches count too
_QUERIES = load_queries("ingest", "trim.sql")

log = logging.getLogger(__name__)


class _Read(NamedTuple):
    """Up to where all followers have read that still move, and all there ever were."""

    moving: int | None
    ever: int | None


def trim_feed(conn: psycopg.Connection[Any], settings: IngestSettings, now: Micros) -> int:
    """Drop what is old and read, and what there is no room for; how many rows."""
    read = _read(conn, now - settings.feed_max_days * DAY)
    upto = min((at for at in (read.moving, _rolled_up(conn)) if at is not None), default=None)
    old = {"before": moment(now - settings.feed_days * DAY), "upto": upto}
    dropped = in_chunks(partial(_drop, conn, read, old))
    cut = _cut(conn, settings.feed_max_mb * _MEGABYTE)
    if cut is not None:
        dropped += in_chunks(partial(_drop, conn, read, {"before": None, "upto": cut}))
    return dropped


def _read(conn: psycopg.Connection[Any], since: Micros) -> _Read:
    if conn.execute(_QUERIES["has_followers"]).fetchone() != (True,):
        return _Read(None, None)
    row = conn.execute(_QUERIES["read_to"], {"since": moment(since)}).fetchone()
    return _Read(*row) if row else _Read(None, None)


def _rolled_up(conn: psycopg.Connection[Any]) -> int | None:
    """Up to where roll-ups are made; None where they do not follow the feed."""
    row = conn.execute(_QUERIES["rolled_up_to"]).fetchone()
    return row[0] if row else None


def _cut(conn: psycopg.Connection[Any], most: int) -> int | None:
    """Up to where rows have no room. Counted only where the files are larger than the bound.

    Files stay as large as they ever were, while their room is used again.
    """
    row = conn.execute(_QUERIES["room_taken"]).fetchone()
    if row is None or row[0] <= most:
        return None
    values = {"overhead": _ROW_OVERHEAD_BYTES, "most": most}
    row = conn.execute(_QUERIES["cut"], values).fetchone()
    return row[0] if row else None


def _drop(
    conn: psycopg.Connection[Any], read: _Read, chosen: Mapping[str, object], most: int
) -> int:
    with conn.transaction():
        values = {**chosen, "read": read.ever, "most": most}
        row = conn.execute(_QUERIES["drop_feed"], values).fetchone()
        dropped, unread = row or (0, 0)
        if unread:
            count(conn, DROPPED_UNREAD, unread)
    if unread:
        log.warning("ingest.feed_dropped_unread", extra={"rows": unread})
    return dropped
