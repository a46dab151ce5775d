from __future__ import annotations

from itertools import count

import psycopg
import pytest

from ingest.patience import connect
from ingest.store_trial import try_store


def test_a_store_that_gives_back_what_it_was_given_passes(database_url: str) -> None:
    ticks = count()
    with connect(database_url, "w") as conn:
        result = try_store(conn, "w", monotonic=lambda: float(next(ticks)))
    assert (result.passed, result.rounds, result.reason) == (True, 5, "")
    assert (result.median_ms, result.slowest_ms) == (1000.0, 1000.0)


def test_a_store_that_keeps_nothing_fails(database_url: str) -> None:
    with connect(database_url, "w") as conn:
        conn.execute(
            "create function forget() returns trigger language plpgsql as"
            " 'begin new.token := 0; return new; end'"
        )
        conn.execute(
            "create trigger forget before insert or update on link_probes"
            " for each row execute function forget()"
        )
        result = try_store(conn, "w")
    assert not result.passed
    assert "another number" in result.reason


def test_a_store_that_takes_nothing_raises(database_url: str) -> None:
    with connect(database_url, "w") as conn:
        conn.execute("set default_transaction_read_only = on")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            try_store(conn, "w")
