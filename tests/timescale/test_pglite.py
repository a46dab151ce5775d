"""PGlite behind our socket is like any PostgreSQL server, for one session at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from struct import pack
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from tests.ingest.make import rows
from tests.timescale.pglite import PgliteServer, missing

COPY_IN = "copy numbers from stdin (format binary)"


@pytest.fixture(scope="module")
def server(service_folder: Path) -> Iterator[str]:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with PgliteServer(service_folder / "pglite-alone") as alone:
        with connect(alone.url) as conn:
            conn.execute("create table numbers (a int8 primary key check (a >= 0), b bytea)")
        yield alone.url


@pytest.fixture
def url(server: str) -> str:
    with connect(server) as conn:
        conn.execute("truncate numbers")
    return server


def connect(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True)


def copy_in(conn: psycopg.Connection[Any], sent: Iterable[tuple[int, bytes]]) -> None:
    with conn.cursor() as cursor, cursor.copy(COPY_IN) as copy:
        copy.set_types(["int8", "bytea"])
        for row in sent:
            copy.write_row(row)


def test_rows_copied_in_come_out_of_a_copy_unchanged(url: str) -> None:
    sent = [(n, bytes([n % 256]) * (n % 300)) for n in range(20_000)]
    with connect(url) as conn, conn.cursor() as cursor:
        copy_in(conn, sent)
        with cursor.copy("copy (table numbers order by a) to stdout (format binary)") as copy:
            copy.set_types(["int8", "bytea"])
            assert list(copy.rows()) == sent


def test_a_message_larger_than_any_buffer_arrives_whole(url: str) -> None:
    large = bytes(range(256)) * 40_000
    with connect(url) as conn:
        conn.execute("insert into numbers values (%s, %s)", [1, large])
        assert conn.execute("select b from numbers", binary=True).fetchall() == [(large,)]


def test_a_copy_into_nothing_fails_before_any_data_is_sent(url: str) -> None:
    with connect(url) as conn:
        with pytest.raises(psycopg.errors.UndefinedTable), conn.cursor() as cursor:
            cursor.copy("copy nowhere from stdin").__enter__()
        assert conn.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize("row", [(-1, b""), (5, b"twice")])
def test_a_copy_with_a_bad_row_is_refused_and_the_session_goes_on(
    url: str, row: tuple[int, bytes]
) -> None:
    with connect(url) as conn:
        conn.execute("insert into numbers values (5)")
        with pytest.raises(psycopg.IntegrityError):
            copy_in(
                conn, [row, *((100 + n, b"more than one message holds") for n in range(10_000))]
            )
        assert conn.execute("select a from numbers").fetchall() == [(5,)]


def test_a_copy_that_the_client_breaks_off_leaves_nothing(url: str) -> None:
    with connect(url) as conn:
        with pytest.raises(OverflowError):  # in psycopg, which then breaks the COPY off
            copy_in(conn, [(1, b""), (2**80, b"")])
        assert conn.execute("select count(*) from numbers").fetchone() == (0,)


def test_a_pipeline_skips_what_follows_an_error_up_to_its_sync(url: str) -> None:
    with connect(url) as conn:
        with pytest.raises(psycopg.errors.UniqueViolation), conn.pipeline() as pipeline:  # noqa: PT012
            conn.execute("insert into numbers values (%s)", [1])
            pipeline.sync()
            conn.execute("insert into numbers values (%s)", [1])
            conn.execute("insert into numbers values (%s)", [2])
            pipeline.sync()
        assert conn.execute("select a from numbers").fetchall() == [(1,)]


def test_a_session_hears_its_own_notifications(url: str) -> None:
    with connect(url) as conn:
        conn.execute("listen news")
        conn.execute("select pg_notify('news', 'hello')")
        heard = next(conn.notifies(timeout=5))
        assert (heard.channel, heard.payload) == ("news", "hello")


def test_a_session_that_comes_second_waits_for_the_first_to_leave(url: str) -> None:
    answers: list[list[tuple[Any, ...]]] = []
    with connect(url) as first:
        second = threading.Thread(target=lambda: answers.append(rows(url, "select a from numbers")))
        second.start()
        second.join(0.2)
        assert second.is_alive()
        first.execute("insert into numbers values (1)")
    second.join()
    assert answers == [[(1,)]]


def test_nothing_of_a_session_is_left_for_the_next(url: str) -> None:
    conn = psycopg.connect(url, application_name="first")
    assert conn.execute("show application_name").fetchone() == ("first",)
    conn.execute("create role somebody")
    conn.commit()
    conn.execute("create temporary table mine (a int)")
    conn.execute("select pg_advisory_lock(1)")
    conn.execute("set timezone to 'Asia/Shanghai'")
    conn.execute("set session authorization somebody")
    conn.commit()
    conn.execute("select 1")
    assert conn.info.transaction_status is TransactionStatus.INTRANS
    conn.close()

    with connect(url) as conn:
        conn.execute("drop role somebody")
        assert conn.execute("select to_regclass('mine')").fetchone() == (None,)
        locks = "select from pg_locks where locktype = 'advisory'"
        assert conn.execute(locks).fetchone() is None
        assert conn.execute("show timezone").fetchone() != ("Asia/Shanghai",)
        assert conn.execute("show search_path").fetchone() == ('"$user", public',)
        assert conn.execute("select current_user").fetchone() == ("postgres",)
        assert conn.execute("show application_name").fetchone() == ("",)


def test_a_client_that_vanishes_inside_a_copy_leaves_nothing(url: str) -> None:
    conn = psycopg.connect(url)
    conn.execute("insert into numbers values (1)")
    conn.pgconn.exec_(COPY_IN.encode())
    conn.pgconn.put_copy_data(b"PGCOPY\n\xff\r\n\0" + bytes(8) + pack(">hiq", 2, 8, 2))
    conn.pgconn.flush()
    conn.pgconn.finish()
    assert rows(url, "select count(*) from numbers") == [(0,)]


def test_whoever_asks_for_another_database_is_told_which_there_is(url: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="only postgres on template1"):
        psycopg.connect(url, dbname="elsewhere")


def test_a_database_that_cannot_start_says_why(tmp_path: Path, server: str) -> None:
    assert server  # so PGlite is here
    with pytest.raises(RuntimeError, match="no such file or directory"):
        PgliteServer(tmp_path / "new", load=tmp_path / "nowhere").start()
