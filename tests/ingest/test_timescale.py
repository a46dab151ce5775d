"""On TimescaleDB the raw tables are hypertables, and nothing else is different.

Skipped unless GRIDWARDEN_TEST_DATABASE_URL points at a server that preloads TimescaleDB; the plain
PostgreSQL that it is compared with is the embedded one.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from edge.columns import Reading
from edge.wire import Detection, DeviceState, Direction, Swipe
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from ingest.arrival import Arrival
from ingest.clock import DAY
from ingest.migrate import migrate
from ingest.write import Tally, Writer
from tests.conftest import Cluster
from tests.ingest.make import NOW, SECOND, arrival, batch, count, on_timescale, parts, rows

WEEK = timedelta(days=7)
SPANS = {
    "readings": timedelta(days=1),
    "swipes": WEEK,
    "detections": WEEK,
    "device_states": WEEK,
}
ANSWERS = (
    "select * from reading_log order by time, device, quantity",
    "select * from swipe_log order by time, reader",
    "select * from detection_log order by time, device, kind",
    "select * from device_state_log order by time, device",
    """select device, quantity, date_bin('1 day', time, '2000-01-01'), count(*), max(value)
    from reading_log group by 1, 2, 3 order by 1, 2, 3""",
    """select distinct on (device, quantity) device, quantity, time, value
    from reading_log order by device, quantity, time desc""",
    "select agent, epoch, seq, items, refused from batches order by 1, 2, 3",
    "select position, payload from feed order by position",
)


@pytest.fixture(autouse=True)
def timescale(database_url: str) -> None:
    if not on_timescale(database_url):
        pytest.skip("needs GRIDWARDEN_TEST_DATABASE_URL at a server that preloads TimescaleDB")


@pytest.fixture
def plain_url(service_folder: Path) -> Iterator[str]:
    with EmbeddedPostgres(service_folder / "plain") as server:
        migrate_store(server.url)
        yield server.url


@pytest.fixture
def ordinary_user(cluster: Cluster) -> Iterator[str]:
    """A role with no privileges; asked for before a database, it goes after the database."""
    name = "gridwarden_test_ordinary"
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("create role {}").format(sql.Identifier(name)))
        yield name
        admin.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def ten_days(number: int, seed: int = 5) -> list[Arrival]:
    """Batches of all kinds of items, out of order, each sent twice."""
    chance = random.Random(seed)

    def some(seq: int) -> Arrival:
        at = NOW - chance.randrange(10 * DAY) // SECOND * SECOND
        return arrival(
            batch(
                seq,
                [
                    Reading(f"hydrant-{n:02}", quantity, at + n, chance.random())
                    for n in range(5)
                    for quantity in ("pressure", "flow")
                ],
                swipes=[Swipe("reader-1", at + seq, f"card {seq % 7}", Direction.IN)],
                detections=[Detection("camera-1", at + seq, "fire", "lane", 0.5, snapshot=b"jpeg")],
                states=[DeviceState("smoke-1", at + seq, "fault", {"code": seq})],
            )
        )

    sent = [some(seq) for seq in range(1, number + 1)] * 2
    chance.shuffle(sent)
    return sent


def write_all(url: str, sent: list[Arrival], lot: int = 7) -> Tally:
    writer = Writer(max_unregistered=100)
    with psycopg.connect(url, autocommit=True) as conn:
        lots = (sent[at : at + lot] for at in range(0, len(sent), lot))
        return sum((writer.write(conn, entries) for entries in lots), Tally())


def test_the_raw_tables_are_hypertables_with_their_spans(database_url: str) -> None:
    columns = "hypertable_name, column_name, time_interval"
    found = rows(database_url, f"select {columns} from timescaledb_information.dimensions")
    assert sorted(found) == sorted((name, "time", span) for name, span in SPANS.items())
    assert dict(rows(database_url, "select name, span from series")) == SPANS


def test_each_raw_table_has_one_index(database_url: str) -> None:
    query = "select tablename, count(*) from pg_indexes where tablename = any(%s) group by 1"
    assert dict(rows(database_url, query, [list(SPANS)])) == dict.fromkeys(SPANS, 1)


def test_a_day_of_readings_and_a_week_of_the_rest_is_one_chunk(database_url: str) -> None:
    items = [
        arrival(
            batch(
                day + 1,
                [Reading("hydrant-01", "pressure", NOW - day * DAY, 0.3)],
                swipes=[Swipe("reader-1", NOW - day * DAY, "card")],
            )
        )
        for day in range(14)
    ]
    write_all(database_url, items)
    assert len(parts(database_url, "readings")) == 14
    assert len(parts(database_url, "swipes")) == 2  # weeks of the epoch: Thursday to Wednesday


def test_adding_a_partition_by_hand_does_nothing(database_url: str) -> None:
    query = "select add_partition('readings', '2026-11-18Z', '2026-11-19Z')"
    assert rows(database_url, query) == [(False,)]


def test_the_same_batches_give_the_same_answers_as_on_plain_postgresql(
    database_url: str, plain_url: str
) -> None:
    sent = ten_days(60)
    assert write_all(database_url, sent) == write_all(plain_url, sent)
    assert not on_timescale(plain_url)
    for query in ANSWERS:
        answer = rows(database_url, query)
        assert answer, query
        assert answer == rows(plain_url, query), query


def test_workers_that_need_the_same_new_chunks_store_each_item_once(database_url: str) -> None:
    totals: list[Tally] = []

    def run(seed: int) -> None:
        sent = ten_days(60)
        random.Random(seed).shuffle(sent)
        totals.append(write_all(database_url, sent))

    threads = [threading.Thread(target=run, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(totals, Tally()) == Tally(stored=60 * 13, duplicates=7 * 60)
    assert count(database_url, "readings") == 600


def test_the_owner_of_a_database_migrates_it_without_privileges(
    ordinary_user: str, empty_database_url: str
) -> None:
    user = sql.Identifier(ordinary_user)
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        name = sql.Identifier(conn.info.dbname)
        conn.execute(sql.SQL("alter database {} owner to {}").format(name, user))
        conn.execute(sql.SQL("set session authorization {}").format(user))
        assert migrate(conn, "ingest")
        assert migrate(conn, "hub")
    assert on_timescale(empty_database_url)
