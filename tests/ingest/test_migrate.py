from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from ingest.migrate import MigrationError, migrate, unapplied

_names = (f"migrated_{number}" for number in count(1))


@pytest.fixture
def conn(empty_database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(empty_database_url) as connection:
        yield connection


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Makes, or changes, an importable package with these migrations."""
    monkeypatch.syspath_prepend(str(tmp_path))
    name = next(_names)

    def make(**migrations: str) -> str:
        folder = tmp_path / name / "migrations"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "__init__.py").touch()
        for old in folder.iterdir():
            old.unlink()
        for label, text in migrations.items():
            (folder / f"{label.removeprefix('n')}.sql").write_text(text, encoding="utf-8")
        sys.modules.pop(name, None)
        return name

    return make


def test_our_own_schema_is_applied_once(conn: psycopg.Connection) -> None:
    first = migrate(conn, "ingest")
    assert first[0] == "0001_series"
    assert migrate(conn, "ingest") == []
    assert unapplied(conn, "ingest") == []


def test_what_is_not_applied_is_told(conn: psycopg.Connection) -> None:
    assert unapplied(conn, "ingest")[0] == "0001_series"


def test_new_files_are_applied_in_order(
    conn: psycopg.Connection, package: Callable[..., str]
) -> None:
    name = package(n0001_a="create table a (i int)")
    assert migrate(conn, name) == ["0001_a"]
    name = package(
        n0001_a="create table a (i int)",
        n0003_c="insert into a values (2)",
        n0002_b="alter table a rename to b; create view a as select '100%' as share; drop view a; "
        "alter table b rename to a",
    )
    assert migrate(conn, name) == ["0002_b", "0003_c"]
    assert conn.execute("select i from a").fetchall() == [(2,)]


def test_a_failing_file_leaves_nothing_and_those_before_it_stay(
    conn: psycopg.Connection, package: Callable[..., str]
) -> None:
    name = package(n0001_a="create table a (i int)", n0002_b="create table b (i int); selec 1")
    with pytest.raises(MigrationError, match=r"0002_b\.sql failed: .*syntax error"):
        migrate(conn, name)
    assert conn.execute("select to_regclass('a')::text, to_regclass('b')::text").fetchall() == [
        ("a", None)
    ]
    conn.commit()
    name = package(n0001_a="create table a (i int)", n0002_b="create table b (i int)")
    assert migrate(conn, name) == ["0002_b"]


def test_a_changed_file_is_refused(conn: psycopg.Connection, package: Callable[..., str]) -> None:
    migrate(conn, package(n0001_a="create table a (i int)"))
    with pytest.raises(MigrationError, match="has changed since it was applied"):
        migrate(conn, package(n0001_a="create table a (i bigint)"))


def test_a_gap_is_refused(conn: psycopg.Connection, package: Callable[..., str]) -> None:
    with pytest.raises(MigrationError, match="0002 expected, 0003_c found"):
        migrate(conn, package(n0001_a="select 1", n0003_c="select 1"))


def test_a_misnamed_file_is_refused(conn: psycopg.Connection, package: Callable[..., str]) -> None:
    with pytest.raises(MigrationError, match="misnamed"):
        migrate(conn, package(first="select 1"))


def test_a_database_newer_than_the_software_is_refused(
    conn: psycopg.Connection, package: Callable[..., str]
) -> None:
    migrate(conn, package(n0001_a="select 1", n0002_b="select 1"))
    with pytest.raises(MigrationError, match="install the newer version"):
        migrate(conn, package(n0001_a="select 1"))


def test_a_connection_inside_a_transaction_is_refused(conn: psycopg.Connection) -> None:
    conn.execute("select 1")
    with pytest.raises(MigrationError, match="inside a transaction"):
        migrate(conn, "ingest")


def test_two_processes_at_once_apply_each_file_once(
    empty_database_url: str, package: Callable[..., str]
) -> None:
    name = package(n0001_a="create table a (i int); select pg_sleep(0.2)", n0002_b="select 1")
    applied: list[str] = []

    def run() -> None:
        with psycopg.connect(empty_database_url, autocommit=True) as own:
            applied.extend(migrate(own, name))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert applied == ["0001_a", "0002_b"]
