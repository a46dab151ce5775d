"""Roll-up: minutes and hours say what the readings say, whatever came when and how often."""

from __future__ import annotations

import random
import threading

import psycopg
import pytest

from edge.columns import Reading
from ingest import locks
from ingest.clock import DAY, moment
from ingest.rollup import HOUR, MINUTE, RollUps
from tests.ingest.make import (
    NOW,
    SECOND,
    arrival,
    batch,
    count,
    on_timescale,
    readings,
    roll_up,
    rows,
    write_all,
)

START = NOW // HOUR * HOUR - HOUR

# What the readings themselves say; values are multiples of 1/8, so that sums are exact.
TRUTH = """
select time_bucket(%s::interval, time) as at, device, quantity, count(*), sum(value),
       min(value), max(value)
from readings group by 1, 2, 3 order by 2, 3, 1
"""
ROLLED = """select time, device, quantity, readings, total, low, high from {}
            order by device, quantity, time"""


def assert_true(url: str) -> None:
    for table, width in (("readings_1m", "1 minute"), ("readings_1h", "1 hour")):
        rolled = rows(url, ROLLED.format(table))
        assert rolled
        assert rolled == rows(url, TRUTH, [width])


def some(chance: random.Random, seq: int, days: int) -> list[Reading]:
    at = START - chance.randrange(days * DAY) // SECOND * SECOND
    return [
        Reading(f"hydrant-{n}", quantity, at + n * 7 * SECOND, chance.randrange(64) / 8)
        for n in range(4)
        for quantity in ("pressure", "flow")
    ]


@pytest.mark.parametrize("seed", range(3))
def test_roll_ups_equal_the_readings_whatever_comes_late_twice_or_out_of_order(
    store_url: str, seed: int
) -> None:
    chance = random.Random(seed)
    sent = [arrival(batch(seq, some(chance, seq, days=10))) for seq in range(1, 80)] * 2
    chance.shuffle(sent)
    third = len(sent) // 3
    for part in (sent[:third], sent[third : 2 * third], sent[2 * third :]):
        write_all(store_url, part)
        roll_up(store_url)
    assert_true(store_url)


def test_the_views_tell_names_and_the_mean(store_url: str) -> None:
    values = [0.5, 0.25, 0.375, 1e100, -1e100]
    made = [Reading("hydrant-01", "pressure", START + n, value) for n, value in enumerate(values)]
    write_all(store_url, [arrival(batch(1, made[:3])), arrival(batch(2, made[3:]))])
    roll_up(store_url)
    columns = "device, quantity, readings, abs(mean) < 1, low, high"
    for view in ("reading_minutes", "reading_hours"):
        assert rows(store_url, f"select {columns} from {view}") == [
            ("hydrant-01", "pressure", 5, True, -1e100, 1e100)
        ]


def test_a_minute_and_an_hour_begin_on_the_clock(store_url: str) -> None:
    times = (START - 1, START, START + MINUTE - 1, START + MINUTE, START + HOUR - 1)
    made = [Reading("hydrant-01", "pressure", at, 1.0) for at in times]
    write_all(store_url, [arrival(batch(1, made))])
    roll_up(store_url)
    minutes = [START - MINUTE, START, START + MINUTE, START + HOUR - MINUTE]
    assert rows(store_url, "select time, readings from readings_1m order by 1") == [
        (moment(at), 2 if at == START else 1) for at in minutes
    ]
    assert rows(store_url, "select time, readings from readings_1h order by 1") == [
        (moment(START - HOUR), 1),
        (moment(START), 4),
    ]


@pytest.fixture
def plain_url(database_url: str) -> str:
    if on_timescale(database_url):
        pytest.skip("continuous aggregates are kept up by TimescaleDB")
    return database_url


def test_minutes_whose_readings_may_be_gone_stay_as_they_are(plain_url: str) -> None:
    old, new = START - 100 * DAY, START
    write_all(plain_url, [arrival(batch(1, readings(3, start=old), origin="courier"))])
    roll_up(plain_url)
    with psycopg.connect(plain_url) as conn:
        conn.execute("delete from readings")
    late = [*readings(1, start=old + SECOND), *readings(2, start=new)]
    write_all(plain_url, [arrival(batch(2, late, origin="courier"))])
    roll_up(plain_url, oldest=START - 90 * DAY)
    assert rows(plain_url, "select time, readings from readings_1m order by 1") == [
        (moment(old // MINUTE * MINUTE), 3),
        (moment(new), 2),
    ]


def test_a_round_takes_what_was_committed_since_the_last_one(plain_url: str) -> None:
    write_all(plain_url, [arrival(batch(seq, readings(2))) for seq in range(1, 151)])
    assert roll_up(plain_url) == 150
    assert roll_up(plain_url) == 0


def test_a_round_ends_when_told_to(plain_url: str) -> None:
    write_all(plain_url, [arrival(batch(1, readings(2)))])
    stop = threading.Event()
    stop.set()
    with psycopg.connect(plain_url, autocommit=True) as conn:
        assert RollUps().catch_up(conn, oldest=0, stop=stop) == 0
    assert count(plain_url, "readings_1m") == 0


def test_while_one_worker_rolls_up_the_others_do_not_wait(plain_url: str) -> None:
    write_all(plain_url, [arrival(batch(1, readings(2)))])
    with (
        psycopg.connect(plain_url, autocommit=True) as busy,
        psycopg.connect(plain_url, autocommit=True) as other,
    ):
        busy.execute("select pg_advisory_lock(%s)", [locks.ROLLUP])
        assert RollUps().catch_up(other, oldest=0) == 0
        busy.execute("select pg_advisory_unlock(%s)", [locks.ROLLUP])
        assert RollUps().catch_up(other, oldest=0) == 1


def test_all_roll_ups_can_be_made_anew_from_the_readings(plain_url: str) -> None:
    write_all(plain_url, [arrival(batch(seq, some(random.Random(seq), seq, 9))) for seq in (1, 2)])
    with psycopg.connect(plain_url) as conn:
        conn.execute("select roll_up(min(time), max(time) + interval '1 minute') from readings")
    assert_true(plain_url)
