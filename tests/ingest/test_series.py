from __future__ import annotations

import threading

import numpy as np
import psycopg
import pytest

from ingest.clock import DAY
from ingest.series import Series
from tests.ingest.make import NOW, on_timescale, parts


@pytest.fixture(autouse=True)
def plain(database_url: str) -> None:
    if on_timescale(database_url):
        pytest.skip("TimescaleDB makes its own chunks: test_timescale.py")


def test_each_day_of_readings_and_each_week_of_swipes_has_its_partition(
    database_url: str,
) -> None:
    times = np.array([NOW, NOW + 1, NOW - DAY, 946_684_800_000_000], dtype=np.int64)
    with psycopg.connect(database_url, autocommit=True) as conn:
        series = Series()
        for table in ("readings", "swipes"):
            series.make_room(conn, table, times)
            series.make_room(conn, table, times)
    assert parts(database_url, "readings") == [
        "readings_20000101",
        "readings_20261117",
        "readings_20261118",
    ]
    assert parts(database_url, "swipes") == ["swipes_19991230", "swipes_20261112"]


def test_workers_that_need_the_same_partitions_do_not_hinder_each_other(
    database_url: str,
) -> None:
    times = NOW + DAY * np.arange(10, dtype=np.int64)
    failures: list[Exception] = []

    def run() -> None:
        try:
            with psycopg.connect(database_url, autocommit=True) as conn:
                Series().make_room(conn, "readings", times)
        except psycopg.Error as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(parts(database_url, "readings")) == 10
