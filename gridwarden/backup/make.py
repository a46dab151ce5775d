"""Making a backup: files first, then the store as it is at one moment."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from gridwarden import __version__
from gridwarden.backup.archive import DUMP, FOLDER, FORMAT, Manifest, fingerprint, pack
from gridwarden.backup.programs import run
from gridwarden.errors import GridwardenError

# Of one run of one machine, or made anew from the settings: none of it belongs into a backup.
LEFT_OUT = frozenset({"postgres", "broker", "logs", "campus", "lock", "ports.json", "running.json"})
_SIDE_FILES = ("-wal", "-shm", "-journal")  # of SQLite; the copy is whole without them
_SQLITE = b"SQLite format 3\0"
_TABLES = """
    select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'hub') and c.relkind in ('r', 'p') and not c.relispartition
    order by 1, 2
"""
_TIMESCALE = "select extversion from pg_extension where extname = 'timescaledb'"
_HEAD = "select seq, hash from hub.audit_log order by seq desc limit 1"


def make_backup(database_url: str, data_dir: Path, target: Path) -> Manifest:
    """Write a backup; what runs goes on running.

    Spools are copied before the store is: what ingest commits in between is in both, and is
    recognised by its identity when it comes again.

    Raises:
        GridwardenError: the target exists or can't be written, or the database can't be dumped.
    """
    if target.exists():
        raise GridwardenError(f"{target} exists; name another file")
    target = target.absolute()
    draft = target.with_name(f"{target.name}.new")
    try:
        with tempfile.TemporaryDirectory(prefix=".gw-backup-", dir=target.parent) as name:
            folder = Path(name)
            for path in kept_files(data_dir):
                copy(path, folder / FOLDER / path.relative_to(data_dir))
            manifest = _dump(database_url, folder)
            pack(folder, manifest, draft)
            draft.replace(target)
    except OSError as error:
        raise GridwardenError(f"{target} cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def kept_files(data_dir: Path) -> Iterator[Path]:
    """The files of a data folder that a backup holds."""
    if not data_dir.is_dir():
        return
    for top in sorted(data_dir.iterdir()):
        if top.name in LEFT_OUT:
            continue
        for path in sorted((top, *top.rglob("*")) if top.is_dir() else (top,)):
            if path.is_file() and not path.is_symlink() and not path.name.endswith(_SIDE_FILES):
                yield path


def copy(source: Path, target: Path) -> None:
    """Copy a file with its mode; of a SQLite file a whole moment, though somebody writes to it."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with source.open("rb") as file:
        is_sqlite = file.read(len(_SQLITE)) == _SQLITE
    if not is_sqlite:
        shutil.copy2(source, target)
        return
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as whole,
    ):
        live.backup(whole)
    shutil.copymode(source, target)


def _dump(url: str, folder: Path) -> Manifest:
    try:
        with psycopg.connect(url) as conn:
            conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            row = conn.execute("select pg_export_snapshot(), now()").fetchone()
            assert row is not None
            snapshot, made = row
            rows = count_rows(conn)
            timescale = conn.execute(_TIMESCALE).fetchone()
            head = conn.execute(_HEAD).fetchone()
            arguments = ["--format=custom", f"--snapshot={snapshot}", "--no-owner"]
            run("pg_dump", url, [*arguments, f"--file={folder / DUMP}"])
    except psycopg.errors.UndefinedTable as error:
        raise GridwardenError(
            "the database lacks our tables: run `gridwarden migrate` first"
        ) from error
    except psycopg.Error as error:
        raise GridwardenError(f"the database can't be backed up: {error}") from error
    paths = [folder / DUMP, *(path for path in (folder / FOLDER).rglob("*") if path.is_file())]
    return Manifest(
        format=FORMAT,
        version=__version__,
        made=made.isoformat(timespec="seconds"),
        timescaledb=None if timescale is None else timescale[0],
        audit_head="" if head is None else f"{head[0]}:{bytes(head[1]).hex()}",
        files={path.relative_to(folder).as_posix(): fingerprint(path) for path in paths},
        rows=rows,
    )


def count_rows(conn: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """The rows of every table of ours."""
    found: dict[str, int] = {}
    for schema, table in conn.execute(_TABLES).fetchall():
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(str(schema), str(table)))
        row = conn.execute(query).fetchone()
        assert row is not None
        found[f"{schema}.{table}"] = int(str(row[0]))
    return found
