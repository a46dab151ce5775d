"""What a broker retained and tells again: news only where it differs from what is stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from edge.wire import device_topic
from gridwarden.embedded.broker import EmbeddedBroker
from ingest.arrival import Entry
from ingest.patience import connect
from ingest.write import Tally, Writer
from tests.ingest.agent import Agent
from tests.ingest.make import NOW, SECOND, SITE, count, decoder, rows
from tests.ingest.test_worker import worker_thread

DOOR = device_topic(SITE, "door-1", "open")
STATE = device_topic(SITE, "door-1", "state")


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with connect(database_url, "test") as connection:
        yield connection


def told(payload: str, after_s: int, *, topic: str = DOOR, retained: bool = True) -> Entry:
    return decoder().decode(topic, payload.encode(), NOW + after_s * SECOND, retained=retained)


def test_what_the_store_has_already_is_not_stored_again(
    conn: psycopg.Connection, database_url: str
) -> None:
    writer = Writer(max_unregistered=10)
    assert writer.write(conn, [told("1", 0, retained=False)]) == Tally(stored=1)
    assert writer.write(conn, [told("1", 60), told("1", 61)]) == Tally(duplicates=2)
    assert rows(database_url, "select value from readings") == [(1,)]


def test_what_the_broker_had_queued_comes_live_and_before_what_it_retained(
    conn: psycopg.Connection, database_url: str
) -> None:
    writer = Writer(max_unregistered=10)
    writer.write(conn, [told("1", 0)])
    lot = [told("0", 60, retained=False), told("0", 60)]
    assert writer.write(conn, lot) == Tally(stored=1, duplicates=1)
    assert count(database_url, "readings") == 2


def test_a_change_that_nobody_heard_counts_once_from_when_we_heard_of_it(
    conn: psycopg.Connection, database_url: str
) -> None:
    for value, after in (("0", 0), ("1", 10), ("1", 20), ("0", 30), ("0", 40)):
        Writer(max_unregistered=10).write(conn, [told(value, after)] * 2)
    query = "select value from readings order by time"
    assert rows(database_url, query) == [(0,), (1,), (0,)]
    query = "select (extract(epoch from max(time)) * 1000000)::bigint from readings"
    assert rows(database_url, query) == [(NOW + 30 * SECOND,)]


def test_a_state_is_compared_with_all_that_it_says(
    conn: psycopg.Connection, database_url: str
) -> None:
    writer = Writer(max_unregistered=10)
    fault = '{"state": "fault", "detail": {"code": %d}}'
    for code, after in ((1, 0), (1, 10), (2, 20), (2, 30)):
        writer.write(conn, [told(fault % code, after, topic=STATE)])
    query = "select detail -> 'code' from device_states order by time"
    assert rows(database_url, query) == [(1,), (2,)]


def test_a_worker_that_starts_again_stores_no_reading_of_its_own(
    database_url: str, make_broker: Callable[[], EmbeddedBroker]
) -> None:
    broker = make_broker()
    with Agent(broker.url, "device") as device:
        with worker_thread(database_url, broker.url):
            device.publish(DOOR, b"1", retain=True)
            device.publish(STATE, b'{"state": "well"}', retain=True)
            wait_for(lambda: count(database_url, "readings") == 1)
            wait_for(lambda: count(database_url, "device_states") == 1)
        for _ in range(2):
            with worker_thread(database_url, broker.url):
                time.sleep(0.5)
        assert count(database_url, "readings") == 1
        assert count(database_url, "device_states") == 1
        device.publish(DOOR, b"0", retain=True)
        with worker_thread(database_url, broker.url):
            wait_for(lambda: count(database_url, "readings") == 2)
            time.sleep(0.3)
        assert count(database_url, "readings") == 2


def wait_for(condition: Callable[[], bool], timeout_s: float = 10) -> None:
    until = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
