from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from gridwarden.embedded.postgres import EmbeddedPostgres
from ingest.patience import PatientConnection


def two(conn: psycopg.Connection[Any]) -> Any:
    row = conn.execute("select 1 + 1").fetchone()
    return row and row[0]


def test_work_waits_for_a_database_that_comes_back(service_folder: Path) -> None:
    server = EmbeddedPostgres(service_folder / "patience")
    server.start()
    store = PatientConnection(server.url, "test", threading.Event())
    try:
        assert store.run(two) == 2
        server.stop()
        results: list[object] = []
        waiting = threading.Thread(target=lambda: results.append(store.run(two)))
        waiting.start()
        waiting.join(0.5)
        assert not results
        server.start()
        waiting.join(20)
        assert results == [2]
    finally:
        store.close()
        server.stop()


def test_a_session_that_was_ended_is_made_anew(database_url: str) -> None:
    store = PatientConnection(database_url, "doomed", threading.Event())
    assert store.run(two) == 2
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'doomed'"
        )
    assert store.run(two) == 2
    store.close()


def test_work_waits_for_a_server_that_may_only_be_read(database_url: str) -> None:
    name = conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(database_url, autocommit=True) as other:

        def set_read_only(state: str) -> None:
            other.execute(
                f"alter database {name} set default_transaction_read_only = {state}"  # type: ignore[arg-type]
            )

        set_read_only("on")  # as a primary is after its standby took over
        store = PatientConnection(database_url, "test", threading.Event())
        results: list[object] = []
        write = "insert into quantities (name) values ('flow') returning name"
        waiting = threading.Thread(
            target=lambda: results.append(store.run(lambda conn: conn.execute(write).fetchone()))
        )
        waiting.start()
        waiting.join(0.5)
        assert not results
        other.execute("set transaction_read_only = off; set default_transaction_read_only = off")
        set_read_only("off")
        waiting.join(20)
    assert results == [("flow",)]
    store.close()


def test_waiting_ends_when_the_worker_stops(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert PatientConnection(f"postgresql:///x?host={tmp_path}", "test", stop).run(two) is None


def test_an_error_of_our_own_is_not_waited_out(database_url: str) -> None:
    store = PatientConnection(database_url, "test", threading.Event())
    with pytest.raises(psycopg.errors.UndefinedTable):
        store.run(lambda conn: conn.execute("select * from nothing"))
    store.close()
