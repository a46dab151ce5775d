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


def add_letter(
    conn: psycopg.Connection, age: int, size: int = 1, items: int = 1, topic: str = "t"
) -> None:
    conn.execute(
        "insert into dead_letters (received, topic, reason, items, payload)"
        " values (%s, %s, 'r', %s, %s)",
        [moment(NOW - age * DAY), topic, items, bytes(size)],
    )


def test_old_batches_are_folded(conn: psycopg.Connection, database_url: str) -> None:
    for seq, age in enumerate((9, 8, 6), 1):
        conn.execute(
            "insert into batches (agent, epoch, seq, received, items, refused)"
            " values ('a', 1, %s, %s, 5, 1)",
            [seq, moment(NOW - age * DAY)],
        )
    assert keep_house(conn, settings(batch_days=7), NOW) == Cleaned(batches=2)
    assert rows(database_url, "select first, last, items, refused from batch_ranges") == [
        (1, 2, 10, 2)
    ]


def test_ended_commands_go_after_their_days(conn: psycopg.Connection, database_url: str) -> None:
    conn.execute("insert into agents values ('a', 's', true, now(), '{}')")
    for number, (state, age) in enumerate((("done", 31), ("expired", 29), ("sent", 31))):
        answered = None if state == "sent" else moment(NOW - age * DAY)
        conn.execute(
            'insert into agent_commands (id, agent, "order", made, valid_until, state, answered)'
            " values (%s, 'a', '{}', %s, %s, %s, %s)",
            [str(number), *[moment(NOW - age * DAY)] * 2, state, answered],
        )
    assert keep_house(conn, settings(command_days=30), NOW) == Cleaned(commands=1)
    assert rows(database_url, "select state from agent_commands order by id") == [
        ("expired",),
        ("sent",),
    ]
    assert rows(database_url, "select name, value from counters") == [("commands_dropped", 1)]


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
