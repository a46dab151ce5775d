from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from ingest.clock import DAY, moment
from ingest.trim import trim_feed
from tests.ingest.make import NOW, count, on_timescale, rows, settings


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update rollup_progress set position = 1000")  # rolled up, all there is
        yield connection


def add_feed(conn: psycopg.Connection, *ages: int, size: int = 0) -> list[int]:
    """Rows of so many days of age; their positions."""
    positions: list[int] = []
    for age in ages:
        row = conn.execute(
            "insert into feed (received, payload) values (%s, %s) returning position",
            [moment(NOW - age * DAY), bytes(size)],
        ).fetchone()
        assert row is not None
        positions.append(row[0])
    return positions


def add_follower(
    conn: psycopg.Connection, position: int, *, moved_days_ago: int = 0, name: str = "hub"
) -> None:
    conn.execute(
        "insert into hub.followers (name, position, state, updated) values (%s, %s, '', %s)",
        [name, position, moment(NOW - moved_days_ago * DAY)],
    )


def kept(url: str) -> list[int]:
    return [position for (position,) in rows(url, "select position from feed order by 1")]


def dropped_to(url: str) -> int:
    return rows(url, "select dropped_to from feed_mark")[0][0]


def unread(url: str) -> int:
    found = rows(url, "select value from counters where name = 'feed_rows_dropped_unread'")
    return found[0][0] if found else 0


def test_the_feed_keeps_its_days(conn: psycopg.Connection, database_url: str) -> None:
    conn.execute("drop table hub.followers")
    _, last, *young = add_feed(conn, 9, 8, 6, 0)
    assert trim_feed(conn, settings(feed_days=7), NOW) == 2
    assert kept(database_url) == young
    assert dropped_to(database_url) == last


def test_the_feed_keeps_what_a_follower_has_not_read(
    conn: psycopg.Connection, database_url: str
) -> None:
    first, *others = add_feed(conn, 9, 9, 9)
    add_follower(conn, first)
    add_follower(conn, others[0], name="another")
    assert trim_feed(conn, settings(feed_days=7), NOW) == 1
    assert kept(database_url) == others
    assert unread(database_url) == 0


def test_a_follower_that_rests_too_long_holds_the_feed_no_more_and_what_it_loses_is_counted(
    conn: psycopg.Connection, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    limits = settings(feed_days=7, feed_max_days=30)
    first, *others = add_feed(conn, 31, 20, 9, 2)
    add_follower(conn, first, moved_days_ago=30)
    assert trim_feed(conn, limits, NOW) == 1
    assert kept(database_url) == others
    assert trim_feed(conn, limits, NOW + DAY) == 2
    assert kept(database_url) == others[-1:]
    assert unread(database_url) == 2
    assert dropped_to(database_url) == others[1]
    assert "ingest.feed_dropped_unread" in caplog.text


def test_a_follower_that_rests_does_not_give_away_what_another_needs(
    conn: psycopg.Connection, database_url: str
) -> None:
    first, second, *others = add_feed(conn, 40, 9, 9)
    add_follower(conn, first, moved_days_ago=40, name="retired")
    add_follower(conn, second)
    assert trim_feed(conn, settings(feed_days=7, feed_max_days=30), NOW) == 2
    assert kept(database_url) == others
    assert unread(database_url) == 1


def test_the_oldest_rows_go_when_the_feed_takes_too_much_room(
    conn: psycopg.Connection, database_url: str
) -> None:
    first, second, *others = add_feed(conn, 0, 0, 0, 0, size=400_000)
    add_follower(conn, first)
    for _ in range(2):
        trim_feed(conn, settings(feed_max_mb=1), NOW)
    assert kept(database_url) == others
    assert unread(database_url) == 1
    assert dropped_to(database_url) == second


def test_a_feed_within_its_bounds_is_left_alone(
    conn: psycopg.Connection, database_url: str
) -> None:
    add_feed(conn, 1, 0, size=400_000)
    assert trim_feed(conn, settings(feed_max_mb=1), NOW) == 0
    assert count(database_url, "feed") == 2


def test_the_feed_keeps_what_is_not_rolled_up_yet(
    conn: psycopg.Connection, database_url: str
) -> None:
    if on_timescale(database_url):
        pytest.skip("continuous aggregates need no feed")
    done, *waiting = add_feed(conn, 9, 9, 9)
    conn.execute("update rollup_progress set position = %s", [done])
    assert trim_feed(conn, settings(feed_days=7), NOW) == 1
    assert kept(database_url) == waiting
