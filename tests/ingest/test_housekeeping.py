from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from ingest.clock import DAY, moment
from ingest.housekeeping import Cleaned, beat, keep_house
from tests.ingest.make import NOW, count, rows, settings


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def add_feed(conn: psycopg.Connection, *ages: int) -> None:
    for age in ages:
        conn.execute(
            "insert into feed (received, payload) values (%s, '')", [moment(NOW - age * DAY)]
        )


def add_letter(
    conn: psycopg.Connection, age: int, size: int = 1, items: int = 1, topic: str = "t"
) -> None:
    conn.execute(
        "insert into dead_letters (received, topic, reason, items, payload)"
        " values (%s, %s, 'r', %s, %s)",
        [moment(NOW - age * DAY), topic, items, bytes(size)],
    )


def without_followers(conn: psycopg.Connection) -> None:
    conn.execute("drop table if exists hub.followers cascade")


def with_follower(conn: psycopg.Connection, position: int) -> None:
    conn.execute("create schema if not exists hub")
    without_followers(conn)
    conn.execute("create table hub.followers (name text primary key, position bigint not null)")
    conn.execute("insert into hub.followers values ('anomalies', %s)", [position])


def test_the_feed_keeps_its_days(conn: psycopg.Connection, database_url: str) -> None:
    without_followers(conn)
    add_feed(conn, 9, 8, 6, 0)
    assert keep_house(conn, settings(feed_days=7), NOW) == Cleaned(feed=2)
    assert count(database_url, "feed") == 2


def test_the_feed_keeps_what_a_follower_has_not_read(
    conn: psycopg.Connection, database_url: str
) -> None:
    add_feed(conn, 9, 9, 9)
    [(first,)] = rows(database_url, "select min(position) from feed")
    with_follower(conn, first)
    assert keep_house(conn, settings(feed_days=7), NOW) == Cleaned(feed=1)
    assert rows(database_url, "select min(position) from feed") == [(first + 1,)]


def test_old_dead_letters_are_evicted_and_counted(
    conn: psycopg.Connection, database_url: str
) -> None:
    for age, items in ((40, 3), (31, 2), (1, 1)):
        add_letter(conn, age, items=items)
    assert keep_house(conn, settings(dead_letter_days=30), NOW) == Cleaned(letters=2)
    assert rows(database_url, "select name, value from counters order by name") == [
        ("dead_letter_items_evicted", 5),
        ("dead_letters_evicted", 2),
    ]


def test_the_oldest_dead_letters_go_first_when_they_take_too_much_room(
    conn: psycopg.Connection, database_url: str
) -> None:
    for age in (3, 2, 1):
        add_letter(conn, age, size=400_000)
    for _ in range(2):
        keep_house(conn, settings(dead_letter_max_mb=1), NOW)
    assert rows(database_url, "select received from dead_letters order by id") == [
        (moment(NOW - 2 * DAY),),
        (moment(NOW - DAY),),
    ]
    assert rows(database_url, "select value from counters where name = 'dead_letters_evicted'") == [
        (1,)
    ]


def test_what_a_sender_writes_into_topic_and_reason_takes_room_too(
    conn: psycopg.Connection, database_url: str
) -> None:
    for age in (3, 2, 1):
        add_letter(conn, age, topic="gw/1/" + "x" * 400_000)
    keep_house(conn, settings(dead_letter_max_mb=1), NOW)
    assert count(database_url, "dead_letters") == 2


def test_a_beat_shows_that_a_worker_is_alive(conn: psycopg.Connection, database_url: str) -> None:
    for at in (NOW, NOW + DAY):
        beat(conn, name="w", kind="ingest", started=NOW, now=at, state={"stored": 3})
    assert rows(database_url, "select name, kind, started, beat, state from workers") == [
        ("w", "ingest", moment(NOW), moment(NOW + DAY), {"stored": 3})
    ]
