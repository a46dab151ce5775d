"""Housekeeping: what keeps the store within its bounds, and shows that a worker is alive.

Nothing goes unseen: what is evicted is counted in `counters`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from edge.wire import Micros
from ingest.clock import DAY, moment
from ingest.settings import IngestSettings
from ingest.sql import load_queries

LETTERS_EVICTED = "dead_letters_evicted"
ITEMS_EVICTED = "dead_letter_items_evicted"

_MEGABYTE = 1 << 20
_ROW_OVERHEAD_BYTES = 100  # ours: the row itself, so that tiny letters count too
_FEED_ROWS_AT_ONCE = 10_000  # ours: transactions of well under a second
_QUERIES = load_queries("ingest", "housekeeping.sql")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many rows one round of housekeeping removed."""

    feed: int = 0
    letters: int = 0


def keep_house(conn: psycopg.Connection[Any], settings: IngestSettings, now: Micros) -> Cleaned:
    """One round. Workers may do it at the same time: each row goes and is counted once."""
    return Cleaned(
        feed=_drop_feed(conn, now - settings.feed_days * DAY),
        letters=_evict_letters(conn, settings, now),
    )


def beat(
    conn: psycopg.Connection[Any],
    *,
    name: str,
    kind: str,
    started: Micros,
    now: Micros,
    state: Mapping[str, Any],
) -> None:
    """Note that a worker is alive, and how it fares."""
    row = [name, kind, moment(started), moment(now), Jsonb(dict(state))]
    conn.execute(_QUERIES["beat"], row)


def _drop_feed(conn: psycopg.Connection[Any], before: Micros) -> int:
    """Drop what is older than its time and read by every follower."""
    upto = None
    if conn.execute(_QUERIES["has_followers"]).fetchone() == (True,):
        row = conn.execute(_QUERIES["slowest_follower"]).fetchone()
        upto = row[0] if row else None
    values = {"before": moment(before), "upto": upto, "most": _FEED_ROWS_AT_ONCE}
    dropped = 0
    while (rows := conn.execute(_QUERIES["drop_feed"], values).rowcount) > 0:
        dropped += rows
    return dropped


def _evict_letters(conn: psycopg.Connection[Any], settings: IngestSettings, now: Micros) -> int:
    old = {"before": moment(now - settings.dead_letter_days * DAY)}
    most = {"overhead": _ROW_OVERHEAD_BYTES, "most": settings.dead_letter_max_mb * _MEGABYTE}
    evicted = 0
    for query, values in (("evict_old_letters", old), ("evict_most_letters", most)):
        with conn.transaction():
            row = conn.execute(_QUERIES[query], values).fetchone()
            letters, items = row or (0, 0)
            if letters:
                conn.execute(_QUERIES["count"], [LETTERS_EVICTED, letters])
                conn.execute(_QUERIES["count"], [ITEMS_EVICTED, items])
        evicted += letters
    return evicted
