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
from ingest.chunks import ROUND, in_chunks
from ingest.clock import DAY, moment
from ingest.counters import count
from ingest.fold import drop_devices_rows, fold_batches
from ingest.settings import IngestSettings
from ingest.sql import load_queries
from ingest.trim import trim_feed

LETTERS_EVICTED = "dead_letters_evicted"
ITEMS_EVICTED = "dead_letter_items_evicted"
COMMANDS_DROPPED = "commands_dropped"

_MEGABYTE = 1 << 20
_ROW_OVERHEAD_BYTES = 100  # ours: the row itself, so that tiny letters count too
_QUERIES = load_queries("ingest", "housekeeping.sql")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many rows one round of housekeeping removed or, of batches, folded.

    `unfinished` when a step left something to the next round, so that this one did not last.
    """

    feed: int = 0
    letters: int = 0
    batches: int = 0
    commands: int = 0
    unfinished: bool = False


def keep_house(conn: psycopg.Connection[Any], settings: IngestSettings, now: Micros) -> Cleaned:
    """One round. Workers may do it at the same time: each row goes and is counted once."""
    feed = trim_feed(conn, settings, now)
    folded = fold_batches(conn, now - settings.batch_days * DAY)
    forgotten = drop_devices_rows(conn, settings, now)
    commands = _drop_commands(conn, now - settings.command_days * DAY)
    return Cleaned(
        feed=feed,
        letters=_evict_letters(conn, settings, now),
        batches=folded + forgotten,
        commands=commands,
        unfinished=max(feed, folded, forgotten, commands) >= ROUND,
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


def _drop_commands(conn: psycopg.Connection[Any], before: Micros) -> int:
    def drop(most: int) -> int:
        values = {"before": moment(before), "most": most}
        with conn.transaction():
            dropped = conn.execute(_QUERIES["drop_commands"], values).rowcount
            if dropped:
                count(conn, COMMANDS_DROPPED, dropped)
        return dropped

    return in_chunks(drop)


def _evict_letters(conn: psycopg.Connection[Any], settings: IngestSettings, now: Micros) -> int:
    old = {"before": moment(now - settings.dead_letter_days * DAY)}
    most = {"overhead": _ROW_OVERHEAD_BYTES, "most": settings.dead_letter_max_mb * _MEGABYTE}
    evicted = 0
    for query, values in (("evict_old_letters", old), ("evict_most_letters", most)):
        with conn.transaction():
            row = conn.execute(_QUERIES[query], values).fetchone()
            letters, items = row or (0, 0)
            if letters:
                count(conn, LETTERS_EVICTED, letters)
                count(conn, ITEMS_EVICTED, items)
        evicted += letters
    return evicted
