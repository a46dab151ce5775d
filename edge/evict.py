"""Evict: what a spool's bounds push out: bulk first, the oldest first, counted in its epoch."""

from __future__ import annotations

import sqlite3
from typing import TypeAlias

from edge.wire import Micros

Gone: TypeAlias = tuple[int, int, int]  # number, items, size


def evict_old(db: sqlite3.Connection, oldest: Micros) -> list[Gone]:
    """Drop bulk that was made before `oldest`, and urgent only when no bulk is left."""
    gone: list[Gone] = db.execute(_OLD_BULK, (oldest,)).fetchall()
    if not db.execute(_HAS_BULK).fetchone()[0]:
        gone += db.execute(_OLD_URGENT, (oldest,)).fetchall()
    return _counted(db, gone)


def evict_large(db: sqlite3.Connection, max_bytes: int) -> list[Gone]:
    """Drop batches one by one until the pages in use hold `max_bytes` at most."""
    (page_size,) = db.execute("PRAGMA page_size").fetchone()
    gone: list[Gone] = []
    while _used_pages(db) * page_size > max_bytes:
        row = db.execute(_FIRST).fetchone()
        if row is None:
            break
        gone.append(row)
    return _counted(db, gone)


def _used_pages(db: sqlite3.Connection) -> int:
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    return pages - free


def _counted(db: sqlite3.Connection, gone: list[Gone]) -> list[Gone]:
    db.executemany(_COUNT, [(number,) for number, _, _ in gone])
    return gone


_HAS_BULK = "SELECT EXISTS (SELECT 1 FROM batches WHERE urgent = 0)"
_OLD_BULK = "DELETE FROM batches WHERE urgent = 0 AND made < ? RETURNING number, items, size"
_OLD_URGENT = "DELETE FROM batches WHERE made < ? RETURNING number, items, size"
_FIRST = """
DELETE FROM batches
WHERE number = coalesce((SELECT min(number) FROM batches WHERE urgent = 0),
                        (SELECT min(number) FROM batches WHERE urgent = 1))
RETURNING number, items, size
"""
_COUNT = """
UPDATE epochs SET evicted = evicted + 1
WHERE before = (SELECT max(before) FROM epochs WHERE before < ?)
"""
