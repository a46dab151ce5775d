"""On TimescaleDB the raw tables are hypertables, and nothing else is different.

The plain PostgreSQL that it is compared with is the embedded one.
"""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
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
from ingest.retention import retire
from ingest.write import Tally
from tests.conftest import Cluster
from tests.ingest.make import (
    NOW,
    SECOND,
    arrival,
    batch,
    count,
    on_timescale,
    parts,
    roll_up,
    rows,
    settings,
    write_all,
)
from tests.timescale.pglite import PgliteCluster

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
    """select time, device, quantity, readings, round(mean::numeric, 12), low, high
    from reading_minutes order by 1, 2, 3""",
    """select time, device, quantity, readings, round(mean::numeric, 12), low, high
    from reading_hours order by 1, 2, 3""",
    """select time_bucket('6 hours', time), device, sum(readings), min(low), max(high)
    from reading_hours group by 1, 2 order by 1, 2""",
    "select device, quantity from sensors order by 1, 2",
    "select position, payload from feed order by position",
)


@pytest.fixture
def plain_url(service_folder: Path) -> Iterator[str]:
    folder = service_folder / "plain"
    with EmbeddedPostgres(folder) as server:
        migrate_store(server.url)
        yield server.url
    shutil.rmtree(folder)


@pytest.fixture
def ordinary_user(timescale_cluster: Cluster | PgliteCluster) -> Iterator[str]:
    """A role for a test to create; asked for before a database, it goes after the database."""
    name = "gridwarden_test_ordinary"
    yield name
    if isinstance(timescale_cluster, Cluster):  # PGlite's roles go with their database
        with psycopg.connect(timescale_cluster.admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


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


def test_the_raw_tables_are_hypertables_with_their_spans(timescale_url: str) -> None:
    columns = "hypertable_name, column_name, time_interval"
    query = f"""select {columns} from timescaledb_information.dimensions
                where hypertable_schema = 'public'"""
    assert sorted(rows(timescale_url, query)) == sorted(
        (name, "time", span) for name, span in SPANS.items()
    )
    assert dict(rows(timescale_url, "select name, span from series")) == SPANS


def test_each_raw_table_has_one_index_and_swipes_one_more_by_person(timescale_url: str) -> None:
    query = "select tablename, count(*) from pg_indexes where tablename = any(%s) group by 1"
    assert dict(rows(timescale_url, query, [list(SPANS)])) == dict.fromkeys(SPANS, 1) | {
        "swipes": 2
    }


def test_a_day_of_readings_and_a_week_of_the_rest_is_one_chunk(timescale_url: str) -> None:
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
    write_all(timescale_url, items)
    assert len(parts(timescale_url, "readings")) == 14
    assert len(parts(timescale_url, "swipes")) == 2  # weeks of the epoch: Thursday to Wednesday


def test_adding_a_partition_by_hand_does_nothing(timescale_url: str) -> None:
    query = "select add_partition('readings', '2026-11-18Z', '2026-11-19Z')"
    assert rows(timescale_url, query) == [(False,)]


def test_the_same_batches_give_the_same_answers_as_on_plain_postgresql(
    timescale_url: str, plain_url: str
) -> None:
    """SE-02 in part: each once in TimescaleDB."""
    sent = ten_days(60)
    assert write_all(timescale_url, sent) == write_all(plain_url, sent)
    assert not on_timescale(plain_url)
    for url in (timescale_url, plain_url):
        roll_up(url)
    for query in ANSWERS:
        answer = rows(timescale_url, query)
        assert answer, query
        assert answer == rows(plain_url, query), query


@pytest.mark.usefixtures("several_sessions")
def test_workers_that_need_the_same_new_chunks_store_each_item_once(timescale_url: str) -> None:
    totals: list[Tally] = []

    def run(seed: int) -> None:
        sent = ten_days(60)
        random.Random(seed).shuffle(sent)
        totals.append(write_all(timescale_url, sent))

    threads = [threading.Thread(target=run, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(totals, Tally()) == Tally(stored=60 * 13, duplicates=7 * 60)
    assert count(timescale_url, "readings") == 600


def test_the_owner_of_a_database_migrates_it_without_privileges(
    ordinary_user: str, empty_timescale_url: str
) -> None:
    user = sql.Identifier(ordinary_user)
    with psycopg.connect(empty_timescale_url, autocommit=True) as conn:
        name = sql.Identifier(conn.info.dbname)
        conn.execute(sql.SQL("create role {} login").format(user))
        conn.execute(sql.SQL("alter database {} owner to {}").format(name, user))
        # An administrator makes the role of requests, as the refusal says.
        conn.execute("do $$ begin create role gridwarden_desk nologin; "
                     "exception when duplicate_object then null; end $$")  # fmt: skip
        conn.execute(sql.SQL("grant gridwarden_desk to {}").format(user))
        conn.execute(sql.SQL("set session authorization {}").format(user))
        assert migrate(conn, "ingest")
        assert migrate(conn, "hub")
    assert on_timescale(empty_timescale_url)


def compress_all(url: str) -> int:
    """Run the compression policies as their day comes; returns how many chunks are compressed."""
    with psycopg.connect(url, autocommit=True) as conn:
        jobs = conn.execute(
            "select job_id from timescaledb_information.jobs where proc_name = 'policy_compression'"
        ).fetchall()
        for (job,) in jobs:
            conn.execute("call run_job(%s)", [job])
    query = "select count(*) from timescaledb_information.chunks where is_compressed"
    return rows(url, query)[0][0]


def test_chunks_are_compressed_after_a_day_and_take_late_readings_all_the_same(
    timescale_url: str, plain_url: str
) -> None:
    """Compressed by device, answering as before, with late rows and repeats as anywhere."""
    first, late = ten_days(40), ten_days(60)  # the same forty and twenty more
    for url in (timescale_url, plain_url):
        write_all(url, first)
    assert compress_all(timescale_url) > 10
    assert write_all(timescale_url, late) == write_all(plain_url, late)
    for url in (timescale_url, plain_url):
        roll_up(url)
    for query in ANSWERS[:-5]:
        assert rows(timescale_url, query) == rows(plain_url, query), query


def test_readings_known_by_what_they_say_are_found_in_compressed_chunks(timescale_url: str) -> None:
    told = [Reading("hydrant-01", "pressure", NOW - 3 * DAY + n, 0.25) for n in range(5)]

    def handful(readings: list[Reading]) -> Arrival:
        return replace(arrival(batch(1, readings)), identity=None, known_by_content=True)

    assert write_all(timescale_url, [handful(told)]).stored == 5
    assert compress_all(timescale_url) > 0
    more = [Reading("hydrant-01", "pressure", NOW - 3 * DAY + 7, 0.25)]
    assert write_all(timescale_url, [handful(told + more)]) == Tally(stored=1, duplicates=5)


def test_continuous_aggregates_are_refreshed_no_further_back_than_readings_are_kept(
    timescale_url: str,
) -> None:
    """Where readings have gone a refresh would take their roll-ups along."""
    query = """select config ->> 'start_offset' from timescaledb_information.jobs
               where proc_name = 'policy_refresh_continuous_aggregate'"""
    for days in (90, 90, 200):
        with psycopg.connect(timescale_url, autocommit=True) as conn:
            retire(conn, settings(keep_readings_days=days), NOW)
        assert rows(timescale_url, query) == [(f"{days - 2} days",)] * 2


def test_roll_ups_tell_what_came_since_their_refresh(timescale_url: str) -> None:
    write_all(timescale_url, [arrival(batch(1, [Reading("hydrant-01", "pressure", NOW, 1.0)]))])
    for table in ("readings_1m", "readings_1h"):
        assert rows(timescale_url, f"select readings, total from {table}") == [(1, 1.0)]
