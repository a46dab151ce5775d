"""The spool's file: its form, its errors, and what becomes of a damaged one."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from edge.wire import Micros

# Each step leads from one format to the next. None rewrites the batches: a spool of any size is
# brought on at once, on a disk that has little room.
_TO_1 = """
CREATE TABLE IF NOT EXISTS life (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL,
    last_seq INTEGER NOT NULL DEFAULT 0,
    made INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    evicted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS batches (
    seq INTEGER PRIMARY KEY,
    urgent INTEGER NOT NULL,
    channel TEXT NOT NULL,
    items INTEGER NOT NULL,
    made INTEGER NOT NULL,
    size INTEGER NOT NULL,
    payload BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS batches_urgent_first ON batches (urgent DESC, seq, channel, size);
CREATE INDEX IF NOT EXISTS batches_by_age ON batches (urgent, made);
"""
# A number runs through the file's life; epochs say from where on which identity goes with it. Of
# the one epoch of format 1 the evicted items are known, not the batches: never fewer.
_TO_2 = """
ALTER TABLE batches RENAME COLUMN seq TO number;
ALTER TABLE life RENAME COLUMN last_seq TO last_number;
ALTER TABLE life RENAME COLUMN epoch TO name;
CREATE TABLE epochs (
    before INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL UNIQUE,
    evicted INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO epochs (before, epoch, evicted) SELECT 0, name, evicted FROM life;
"""
_STEPS = (_TO_1, _TO_2)
_FORMAT = len(_STEPS)

_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
_IN_USE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class SpoolError(Exception):
    """The spool could not do what was asked."""


class SpoolRefusedError(SpoolError):
    """The disk is full, read-only or failing."""


class SpoolInUseError(SpoolError):
    """Another process holds the spool."""


class SpoolCorruptError(SpoolError):
    """The file is not a spool that SQLite can read."""


def open_file(path: Path | str) -> sqlite3.Connection:
    """Open the file alone, in WAL mode with full syncs, and lay out its tables.

    A file of an earlier format is brought on in place.

    Raises:
        SpoolRefusedError: the file's form is of a later version.
        sqlite3.Error: see `translated`.
    """
    db = sqlite3.connect(path, isolation_level=None, timeout=1, check_same_thread=False)
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        _lay_out(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _lay_out(db: sqlite3.Connection, path: Path | str) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version < _FORMAT:
        steps = "".join(_STEPS[version:])
        db.executescript(f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {_FORMAT}; COMMIT;")
    elif version > _FORMAT:
        text = f"{path} has format {version}, this agent writes {_FORMAT}: run the newer version"
        raise SpoolRefusedError(text)


@contextmanager
def translated(path: Path | str) -> Generator[None]:
    """SQLite's errors as the spool's.

    Raises:
        SpoolInUseError: locked by another process.
        SpoolCorruptError: not a database, or malformed.
        SpoolRefusedError: every other error of the file: full, read-only, failing.
    """
    try:
        yield
    except sqlite3.Error as error:
        primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if primary in _IN_USE:
            text = f"{path} is in use: stop the other agent of this name, or give this one another"
            raise SpoolInUseError(text) from error
        if primary == sqlite3.SQLITE_ERROR:
            raise  # a mistake of ours in SQL, not a state of the file
        if primary in _CORRUPT:
            raise SpoolCorruptError(f"{path}: {error}") from error
        text = f"{path}: {error}; free space on the disk, or let spool_dir name another"
        raise SpoolRefusedError(text) from error
    except OSError as error:
        raise SpoolRefusedError(f"{path}: {error}") from error


def move_aside(path: Path, now: Micros) -> Path:
    """Rename a damaged file with its companions; the file's new path."""
    aside = path.with_name(f"{path.name}.damaged-{now}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
