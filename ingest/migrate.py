"""Migrations: numbered SQL files of a package, applied once, in order, under a lock.

A package keeps them as `migrations/NNNN_name.sql`, counted from 0001 without a gap. Each file
runs in a transaction of its own together with its row in `public.migrations`, so that a file is
applied and noted or neither. An applied file never changes: a new file mends an old one.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from ingest import locks

_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")

_TABLE = sql.SQL("""
    create table if not exists public.migrations (
        package text not null,
        number  int not null,
        name    text not null,
        sha256  text not null,
        applied timestamptz not null default now(),
        primary key (package, number)
    )
""")
_APPLIED = sql.SQL(
    "select number, name, sha256 from public.migrations where package = %s order by number"
)
_NOTE = sql.SQL(
    "insert into public.migrations (package, number, name, sha256) values (%s, %s, %s, %s)"
)


class MigrationError(RuntimeError):
    """The schema and the migration files disagree, or a file failed; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its place in the order, its name and its text."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Fingerprint of the text, to notice that an applied file has been changed."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def label(self) -> str:
        """The file's name without its ending."""
        return f"{self.number:04d}_{self.name}"


def load_migrations(package: str) -> list[Migration]:
    """The package's migrations in order.

    Raises:
        MigrationError: a file is misnamed, or the numbers leave a gap or repeat.
    """
    found: list[Migration] = []
    for file in files(package).joinpath("migrations").iterdir():
        if not file.name.endswith(".sql"):
            continue
        match = _FILE.fullmatch(file.name)
        if match is None:
            raise MigrationError(
                f"{package}/migrations/{file.name} is misnamed: call it NNNN_lower_case.sql"
            )
        found.append(Migration(int(match[1]), match[2], file.read_text(encoding="utf-8")))
    found.sort(key=lambda migration: migration.number)
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            raise MigrationError(
                f"{package}/migrations: {expected:04d} expected, {migration.label} found; "
                "number the files from 0001 without gaps or repeats"
            )
    return found


def pending(
    package: str, known: list[Migration], applied: list[tuple[int, str, str]]
) -> list[Migration]:
    """Those of `known` that are not yet `applied` (number, name, sha256), in order.

    Raises:
        MigrationError: an applied migration has changed, is missing, or follows a gap.
    """
    for expected, (number, name, fingerprint) in enumerate(applied, start=1):
        label = f"{number:04d}_{name}"
        if number != expected:
            raise MigrationError(
                f"the database lacks migration {expected:04d} of {package} but has {label}; "
                "restore it from a backup"
            )
        if number > len(known):
            raise MigrationError(
                f"the database has migration {label} of {package}, which this version of "
                "Gridwarden does not know; install the newer version"
            )
        if known[number - 1].sha256 != fingerprint:
            raise MigrationError(
                f"{package}/migrations/{known[number - 1].label}.sql has changed since it was "
                f"applied as {label}; restore the file and put the change into a new one"
            )
    return known[len(applied) :]


def migrate(conn: psycopg.Connection[Any], package: str) -> list[str]:
    """Apply the package's pending migrations; returns the labels of those applied now.

    Safe to call from many processes at once and any number of times. `conn` must be idle; it is
    left idle.

    Raises:
        MigrationError: see `load_migrations` and `pending`; or a file failed, with the
            database's error as cause; the files before it stay applied.
    """
    if conn.info.transaction_status != TransactionStatus.IDLE:
        raise MigrationError("the connection is inside a transaction; commit it, then migrate")
    known = load_migrations(package)
    with _alone(conn):
        with conn.transaction():
            conn.execute(_TABLE)
            applied = conn.execute(_APPLIED, [package]).fetchall()
        todo = pending(package, known, applied)
        for migration in todo:
            _apply(conn, package, migration)
    return [migration.label for migration in todo]


def unapplied(conn: psycopg.Connection[Any], package: str) -> list[str]:
    """Labels of the migrations that the database still lacks; changes nothing.

    Raises:
        MigrationError: see `load_migrations` and `pending`.
    """
    known = load_migrations(package)
    there = conn.execute("select to_regclass('public.migrations') is not null").fetchone()
    applied = conn.execute(_APPLIED, [package]).fetchall() if there == (True,) else []
    return [migration.label for migration in pending(package, known, applied)]


def _apply(conn: psycopg.Connection[Any], package: str, migration: Migration) -> None:
    text = sql.SQL(cast(LiteralString, migration.text))  # it ships inside the package
    try:
        with conn.transaction():
            conn.execute(text)
            note = [package, migration.number, migration.name, migration.sha256]
            conn.execute(_NOTE, note)
    except psycopg.Error as error:
        raise MigrationError(
            f"{package}/migrations/{migration.label}.sql failed: {error}; nothing of it was kept"
        ) from error


@contextmanager
def _alone(conn: psycopg.Connection[Any]) -> Generator[None]:
    """Hold the migration lock across several transactions of this session."""
    with conn.transaction():
        conn.execute("select pg_advisory_lock(%s)", [locks.MIGRATION])
    try:
        yield
    finally:
        if not conn.closed:
            with conn.transaction():
                conn.execute("select pg_advisory_unlock(%s)", [locks.MIGRATION])
