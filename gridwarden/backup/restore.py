"""Restoring a backup: into an empty database and a data folder that holds nothing else."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from gridwarden.backup.archive import DUMP, FOLDER, Manifest, fingerprint, unpack
from gridwarden.backup.make import count_rows
from gridwarden.backup.programs import run
from gridwarden.errors import GridwardenError
from gridwarden.store import migrate_store

ROLES = ("gridwarden_desk",)  # of the whole server, so that no dump of a database holds them
_OURS = "select to_regclass('public.migrations') is not null"


def restore_backup(source: Path, database_url: str, data_dir: Path) -> tuple[Manifest, list[str]]:
    """Restore a backup and check it row by row count; the migrations since then are applied.

    Returns what it holds, and the labels of those migrations.

    Raises:
        GridwardenError: the backup is damaged, the database is not empty, a file of the data
            folder would be overwritten, or what was restored is not what was saved.
    """
    with tempfile.TemporaryDirectory(prefix="gw-restore-") as name:
        folder = Path(name)
        manifest = unpack(source, folder)
        files = _missing_files(folder / FOLDER, data_dir)
        _prepare(database_url, manifest)
        _restore(database_url, folder / DUMP, manifest)
        for file, target in files:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy2(file, target)
    return manifest, migrate_store(database_url)


def _missing_files(folder: Path, data_dir: Path) -> list[tuple[Path, Path]]:
    """What is to be copied whereto; what is there already must be the same."""
    wanted: list[tuple[Path, Path]] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        target = data_dir / path.relative_to(folder)
        if not target.exists():
            wanted.append((path, target))
        elif fingerprint(target) != fingerprint(path):
            raise GridwardenError(
                f"{target} is there and differs from the backup's: move it away, or set "
                "GRIDWARDEN_DATA_DIR to a new folder"
            )
    return wanted


def _prepare(url: str, manifest: Manifest) -> None:
    try:
        with psycopg.connect(url, autocommit=True) as conn:
            if conn.execute(_OURS).fetchone() == (True,):
                raise GridwardenError(
                    "the database holds our tables already: restore into a new, empty one"
                )
            for role in ROLES:
                known = conn.execute("select from pg_roles where rolname = %s", [role]).fetchone()
                if known is None:
                    conn.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
            if manifest.timescaledb is not None:
                conn.execute("create extension if not exists timescaledb")
                conn.execute("select timescaledb_pre_restore()")
    except psycopg.Error as error:
        raise GridwardenError(f"the database can't be prepared: {error}") from error


def _restore(url: str, dump: Path, manifest: Manifest) -> None:
    run("pg_restore", url, ["--no-owner", "--exit-on-error", f"--dbname={_name(url)}", str(dump)])
    try:
        with psycopg.connect(url, autocommit=True) as conn:
            if manifest.timescaledb is not None:
                conn.execute("select timescaledb_post_restore()")
            rows = count_rows(conn)
            conn.execute("analyze")
    except psycopg.Error as error:
        raise GridwardenError(f"the restored database can't be checked: {error}") from error
    amiss = sorted(
        table for table in rows | manifest.rows if rows.get(table) != manifest.rows.get(table)
    )
    if amiss:
        raise GridwardenError(f"not all rows came back: {', '.join(amiss)}; drop this database")


def _name(url: str) -> str:
    with psycopg.connect(url) as conn:
        return conn.info.dbname
