"""A backup comes back whole into a fresh database, and a damaged one is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from edge.columns import Reading
from gridwarden.backup import make_backup, restore_backup
from gridwarden.errors import GridwardenError
from ingest import clock
from tests.conftest import Cluster
from tests.hub.make import anomaly, load, raise_case, store_readings


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with a key, a spool that is in use, and what belongs to this machine only."""
    folder = tmp_path / "data"
    (folder / "spools").mkdir(parents=True)
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("18")
    (folder / "ports.json").write_text("{}")
    (folder / "person.key").write_text("ab" * 32)
    (folder / "person.key").chmod(0o600)
    return folder


@pytest.fixture
def saved(database_url: str, data_dir: Path, tmp_path: Path) -> Path:
    """A backup of a small site with a case and readings, made while a spool was being written."""
    load(database_url)
    raise_case(database_url, anomaly())
    now = clock.now()
    store_readings(database_url, Reading("hydrant-07", "pressure", now, 0.3))
    file = tmp_path / "site.backup"
    live = sqlite3.connect(data_dir / "spools" / "agent-1.db", isolation_level=None)
    with closing(live) as spool:
        spool.execute("pragma journal_mode = wal")
        spool.execute("create table batches (seq int)")
        spool.execute("insert into batches values (1)")
        make_backup(database_url, data_dir, file)
    return file


def test_all_rows_logs_and_files_come_back(
    saved: Path, cluster: Cluster, database_url: str, tmp_path: Path
) -> None:
    """PR-13 in part: backs up, and the backup is proven by restoring it."""
    assert saved.stat().st_mode & 0o777 == 0o600
    fresh = cluster.create()
    try:
        manifest, migrated = restore_backup(saved, fresh, tmp_path / "new")
        assert migrated == []
        assert manifest.rows["hub.cases"] == manifest.rows["public.readings"] == 1
        log = "select case_id, seq, event, hash from hub.case_events order by position"
        with psycopg.connect(database_url) as old, psycopg.connect(fresh) as new:
            assert new.execute(log).fetchall() == old.execute(log).fetchall()
            with pytest.raises(psycopg.Error, match="append-only"):  # the guards came back, too
                new.execute("delete from hub.case_events")
        files = {str(p.relative_to(tmp_path / "new")) for p in (tmp_path / "new").rglob("*.*")}
        assert files == {"person.key", "spools/agent-1.db"}
        assert (tmp_path / "new" / "person.key").stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(tmp_path / "new" / "spools" / "agent-1.db")) as spool:
            assert spool.execute("select seq from batches").fetchall() == [(1,)]
        with pytest.raises(GridwardenError, match="already"):
            restore_backup(saved, fresh, tmp_path / "new")
    finally:
        cluster.drop(fresh)


def test_a_damaged_backup_is_refused_before_anything_is_touched(
    saved: Path, empty_database_url: str, tmp_path: Path
) -> None:
    """PR-13 in part"""
    whole = saved.read_bytes()
    at = whole.index(b"PGDMP") + 2000
    saved.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(GridwardenError, match=r"damaged: store\.dump"):
        restore_backup(saved, empty_database_url, tmp_path / "new")
    saved.write_bytes(whole[:1000])
    with pytest.raises(GridwardenError, match="no backup, or cut short"):
        restore_backup(saved, empty_database_url, tmp_path / "new")
    assert not (tmp_path / "new").exists()
