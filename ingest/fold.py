"""Fold: the rows of old batches become ranges, so that identities are known for ever in few rows.

An agent numbers its batches without holes, so the millions of one epoch come to one range. Messages
of simple devices have no such numbers; their rows go once the same message would be too old to be
stored anyhow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from edge.wire import Micros
from ingest import locks
from ingest.chunks import AT_ONCE, CHUNKS, in_chunks
from ingest.clock import DAY, SECOND, moment
from ingest.ranges import Range, joined
from ingest.settings import IngestSettings
from ingest.sql import load_queries

_QUERIES = load_queries("ingest", "fold.sql")


def fold_batches(
    conn: psycopg.Connection[Any], before: Micros, *, at_once: int = AT_ONCE, chunks: int = CHUNKS
) -> int:
    """Put rows of agents' batches received before then into ranges; how many rows.

    In transactions of `at_once` rows, at most `chunks` of them. Writers may claim the very batches
    meanwhile. Of several workers one folds, the others leave it to that one.
    """

    def fold(most: int) -> int:
        with conn.transaction():
            return _fold(conn, before, most)

    return in_chunks(fold, at_once=at_once, chunks=chunks)


def drop_devices_rows(
    conn: psycopg.Connection[Any],
    settings: IngestSettings,
    now: Micros,
    *,
    at_once: int = AT_ONCE,
    chunks: int = CHUNKS,
) -> int:
    """Drop rows of simple devices' messages that could not be stored again; how many.

    What comes again so late is older than `live_oldest_days` and becomes a dead letter; a day is
    left for clocks that differ.
    """
    days, ahead = settings.live_oldest_days + 1, settings.future_tolerance_s
    before = moment(now - days * DAY - ahead * SECOND)

    def drop(most: int) -> int:
        values = {"before": before, "most": most}
        return conn.execute(_QUERIES["drop_rows_of_devices"], values).rowcount

    return in_chunks(drop, at_once=at_once, chunks=chunks)


def _fold(conn: psycopg.Connection[Any], before: Micros, most: int) -> int:
    if conn.execute(_QUERIES["take_turn"], [locks.FOLD]).fetchone() != (True,):
        return 0
    values = {"before": moment(before), "most": most}
    rows = [Range(*row) for row in conn.execute(_QUERIES["take_rows"], values)]
    if rows:
        ranges = joined(rows)
        taken = conn.execute(_QUERIES["take_neighbours"], _columns(ranges))
        neighbours = [Range(*row) for row in taken]
        conn.execute(_QUERIES["put_ranges"], _columns(joined(ranges + neighbours)))
    return len(rows)


def _columns(ranges: Sequence[Range]) -> dict[str, list[Any]]:
    return {name: [getattr(one, name) for one in ranges] for name in Range._fields}
