"""Retention: what is older than its days goes, and nothing that came in lately."""

from __future__ import annotations

import psycopg
import pytest
from pydantic import ValidationError

from edge.columns import Reading
from edge.wire import Micros, Swipe
from ingest import retention
from ingest.clock import DAY, moment
from ingest.settings import IngestSettings
from tests.ingest.make import (
    NOW,
    SECOND,
    arrival,
    batch,
    count,
    on_timescale,
    parts,
    readings,
    roll_up,
    rows,
    settings,
    write_all,
)


def retire(url: str, rules: IngestSettings, now: Micros) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        return retention.retire(connection, rules, now)


def store(url: str, *ages: int, received: Micros = NOW) -> None:
    """A reading and a swipe so many days before NOW, all received as they were made."""
    for age in ages:
        at = NOW - age * DAY
        made = batch(age + 1, [Reading("hydrant-01", "pressure", at, 1.0)],
                     swipes=[Swipe("reader-1", at, "card")], origin="courier")  # fmt: skip
        write_all(url, [arrival(made)])
    with psycopg.connect(url) as connection:
        for table in ("readings", "swipes"):
            connection.execute(f"update {table} set received = time")  # type: ignore[arg-type]


def test_readings_keep_their_days_and_their_roll_ups_stay(store_url: str) -> None:
    store(store_url, 100, 92, 80, 0)
    roll_up(store_url)
    assert retire(store_url, settings(), NOW) >= 2
    assert count(store_url, "readings") == 2
    assert len(parts(store_url, "readings")) == 2
    assert count(store_url, "readings_1m") == 4
    assert rows(store_url, "select value from counters where name = 'parts_dropped_readings'") == [
        (2,)
    ]
    assert retire(store_url, settings(), NOW) == 0


def test_swipes_go_to_the_day(store_url: str) -> None:
    store(store_url, 40, 32, 31, 29, 0)
    retire(store_url, settings(keep_swipes_days=30), NOW)
    assert count(store_url, "swipes") == 2
    assert rows(store_url, "select min(time) from swipes") == [(moment(NOW - 29 * DAY),)]


def test_what_was_carried_in_late_has_its_days_from_its_receipt(store_url: str) -> None:
    store(store_url, 300)
    with psycopg.connect(store_url) as connection:
        for table in ("readings", "swipes"):
            query = f"update {table} set received = to_timestamp(%s)"
            connection.execute(query, [NOW / 1e6 - 86_400])  # type: ignore[arg-type]
    retire(store_url, settings(), NOW)
    assert (count(store_url, "readings"), count(store_url, "swipes")) == (1, 1)
    retire(store_url, settings(), NOW + 92 * DAY)
    assert (count(store_url, "readings"), count(store_url, "swipes")) == (0, 0)


def test_roll_ups_have_days_of_their_own(store_url: str) -> None:
    store(store_url, 500, 20)
    roll_up(store_url)
    retire(store_url, settings(keep_minutes_days=400, keep_hours_days=1000), NOW)
    assert count(store_url, "readings_1m") == 1
    assert count(store_url, "readings_1h") == 2


def test_a_part_in_use_waits_for_the_next_round(database_url: str) -> None:
    if on_timescale(database_url):
        pytest.skip("TimescaleDB waits as it likes")
    store(database_url, 100, 0)
    with psycopg.connect(database_url) as reader:
        reader.execute("select count(*) from readings")  # its transaction stays open
        assert retire(database_url, settings(), NOW) == 1  # the swipes' week
        assert count(database_url, "readings") == 2
    assert retire(database_url, settings(), NOW) == 1


def test_what_is_taken_is_kept() -> None:
    with pytest.raises(ValidationError, match="keep_readings_days = 30"):
        settings(keep_readings_days=30)
    settings(keep_readings_days=30, live_oldest_days=30)


def test_readings_can_be_written_where_a_part_was_dropped(store_url: str) -> None:
    store(store_url, 100)
    retire(store_url, settings(), NOW)
    at = NOW - 100 * DAY + SECOND
    write_all(store_url, [arrival(batch(900, readings(3, start=at), origin="courier"))])
    assert count(store_url, "readings") == 3


def test_swipes_that_an_open_investigation_holds_stay_until_it_ends(store_url: str) -> None:
    """PR-04 in part"""
    store(store_url, 45, 40, 31)
    with psycopg.connect(store_url) as connection:
        connection.execute(
            "insert into swipe_holds values ('investigation:1', %s, %s, %s)",
            [moment(NOW - 41 * DAY), moment(NOW - 39 * DAY), moment(NOW + DAY)],
        )
    retire(store_url, settings(keep_swipes_days=30), NOW)
    ages = "select extract(day from %s - time)::int from swipes"
    with psycopg.connect(store_url) as connection:
        assert connection.execute(ages, [moment(NOW)]).fetchall() == [(40,)]
    retire(store_url, settings(keep_swipes_days=30), NOW + 2 * DAY)
    assert count(store_url, "swipes") == 0
