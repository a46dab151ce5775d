from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from ingest.clock import DAY, SECOND
from ingest.fold import drop_devices_rows, fold_batches
from ingest.identities import Taken, taken
from tests.ingest.make import NOW, OLD, claimed, message, rows, settings

BEFORE = NOW - 7 * DAY
TOP = (1 << 63) - 1
RANGES = "select agent, epoch, first, last, items, refused from batch_ranges order by 1, 2, 3"


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def test_an_epoch_without_holes_becomes_one_range(
    conn: psycopg.Connection, database_url: str
) -> None:
    claimed(conn, *(message(seq) for seq in range(1, 1001)))
    assert fold_batches(conn, BEFORE, at_once=300) == 1000
    assert rows(database_url, RANGES) == [("a", 1, 1, 1000, 2000, 2000)]
    assert rows(database_url, "select count(*) from batches") == [(0,)]


def test_what_was_folded_is_known_and_what_is_missing_is_taken(
    conn: psycopg.Connection, database_url: str
) -> None:
    claimed(conn, *(message(seq) for seq in (1, 2, 4, 5, TOP)))
    fold_batches(conn, BEFORE)
    again = [message(seq, received=NOW) for seq in (1, 2, 3, 4, 5, 6, TOP - 1, TOP)]
    assert claimed(conn, *again) == [3, 6, TOP - 1]
    assert claimed(conn, *again) == []
    fold_batches(conn, NOW + 1)
    assert rows(database_url, RANGES) == [
        ("a", 1, 1, 6, 12, 12),
        ("a", 1, TOP - 1, TOP, 4, 4),
    ]
    assert claimed(conn, *again) == []


def test_epochs_and_agents_are_told_apart(conn: psycopg.Connection) -> None:
    claimed(conn, message(1), message(1, epoch=2), message(1, agent="b"))
    fold_batches(conn, BEFORE)
    assert claimed(conn, message(1), message(2, epoch=2), message(1, agent="c")) == [2, 1]


def test_recent_batches_keep_their_rows(conn: psycopg.Connection, database_url: str) -> None:
    claimed(conn, message(1), message(2, received=NOW), message(3))
    assert fold_batches(conn, BEFORE) == 2
    assert rows(database_url, "select seq from batches") == [(2,)]
    assert taken(conn, "a", [(1, 1), (1, 2), (1, 4)]) == {
        (1, 1): Taken(1, 1, None, 0, 0),
        (1, 2): Taken(1, 2, "live", 2, 2),
    }


def test_a_round_is_bounded(conn: psycopg.Connection, database_url: str) -> None:
    claimed(conn, *(message(seq) for seq in range(1, 101)))
    assert fold_batches(conn, BEFORE, at_once=10, chunks=3) == 30
    assert rows(database_url, "select count(*) from batches") == [(70,)]


def test_devices_messages_are_forgotten_once_they_are_too_old_to_be_stored_again(
    conn: psycopg.Connection, database_url: str
) -> None:
    limits = settings(live_oldest_days=90, future_tolerance_s=300)
    last = NOW - 91 * DAY - 300 * SECOND
    ages = {1: last - 1, 2: last, 3: OLD}
    for epoch in (0, -5):
        claimed(conn, *(message(n, epoch=epoch, received=at) for n, at in ages.items()))
    claimed(conn, message(1, epoch=1, received=last - DAY))
    assert fold_batches(conn, BEFORE) == 1
    assert drop_devices_rows(conn, limits, NOW, at_once=1) == 2
    assert rows(database_url, "select seq from batches order by 1") == [(2,), (2,), (3,), (3,)]
