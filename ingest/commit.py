"""Commit: the last steps of a transaction, dead letters and the feed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from ingest import locks
from ingest.arrival import DeadLetter
from ingest.clock import moment
from ingest.feed import FEED_CHANNEL, CommittedBatch, encode_committed
from ingest.sql import load_queries

_QUERIES = load_queries("ingest", "commit.sql")


def copy_letters(conn: psycopg.Connection[Any], letters: Sequence[DeadLetter]) -> None:
    """Write dead letters, inside the caller's transaction."""
    if not letters:
        return
    with conn.cursor() as cursor, cursor.copy(_QUERIES["copy_dead_letters"]) as copy:
        copy.set_types(["timestamptz", "text", "text", "int4", "bytea"])
        for letter in letters:
            texts = (_storable(letter.topic), _storable(letter.reason))
            copy.write_row((moment(letter.received), *texts, letter.items, letter.payload))


def feed(conn: psycopg.Connection[Any], batches: Sequence[CommittedBatch]) -> None:
    """Append batches to the feed in order, and wake its followers; last before the commit.

    Positions are drawn under a lock that the commit releases, so that they become visible in
    their order: whoever has seen a position will never find a new one below it.
    """
    if not batches:
        return
    conn.execute(_QUERIES["take_turn"], [locks.FEED])
    with conn.cursor() as cursor, cursor.copy(_QUERIES["copy_feed"]) as copy:
        copy.set_types(["timestamptz", "bytea"])
        for batch in batches:
            copy.write_row((moment(batch.received), encode_committed(batch)))
    conn.execute(_QUERIES["wake_followers"], [FEED_CHANNEL])


def _storable(text: str) -> str:
    """A sender's text without the one character that PostgreSQL's text cannot hold."""
    return text.replace("\0", "\\0")
