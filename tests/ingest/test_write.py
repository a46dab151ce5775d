from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import numpy as np
import psycopg
import pytest

from edge.columns import Reading
from edge.wire import (
    AgentState,
    Detection,
    DeviceState,
    Direction,
    Swipe,
    batch_topic,
    encode_agent_state,
    encode_batch,
    state_topic,
)
from ingest.arrival import Arrival, DeadLetter, Identity, Refusal, Report
from ingest.feed import FEED_CHANNEL, decode_committed
from ingest.gather import Gatherer
from ingest.person import PersonKeys
from ingest.plain import Handful
from ingest.write import IMPOSTORS, Tally, Writer
from tests.ingest.make import (
    AGENT,
    EPOCH,
    KEY,
    NOW,
    SECOND,
    SITE,
    arrival,
    batch,
    count,
    decoder,
    parts,
    readings,
    rows,
)


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def writer(max_unregistered: int = 100) -> Writer:
    return Writer(max_unregistered=max_unregistered)


def everything(seq: int = 1) -> Arrival:
    return arrival(
        batch(
            seq,
            [Reading("hydrant-01", "pressure", NOW - 1, 0.31), Reading("smoke-1", "alarm", NOW, 1)],
            swipes=[
                Swipe("reader-1", NOW - 7, "0451", Direction.IN, granted=False),
                Swipe("reader-2", NOW - 5, "0451", Direction.OUT, granted=True, reason="duress"),
            ],
            detections=[
                Detection("camera-1", NOW, "fire", "lane", 0.5, (0, 0.25, 0.5, 1), b"jpeg"),
                Detection("camera-1", NOW, "smoke", "", 0.25),
            ],
            states=[DeviceState("smoke-1", NOW, "fault", {"code": 7, "text": "烟"})],
        )
    )


def test_every_kind_of_item_is_stored_as_it_was_sent(
    conn: psycopg.Connection, database_url: str
) -> None:
    """EP-01 in part: swipes with person, reader, direction and time."""
    assert writer().write(conn, [everything()]) == Tally(stored=7)
    micros = "(extract(epoch from time) * 1000000)::bigint"
    assert rows(
        database_url, f"select {micros}, device, quantity, value from reading_log order by time"
    ) == [(NOW - 1, "hydrant-01", "pressure", 0.31), (NOW, "smoke-1", "alarm", 1.0)]
    assert rows(
        database_url,
        f"select {micros}, reader, person, direction, granted, reason from swipe_log order by time",
    ) == [
        (NOW - 7, "reader-1", PersonKeys(KEY).of("0451"), "in", False, None),
        (NOW - 5, "reader-2", PersonKeys(KEY).of("0451"), "out", True, "duress"),
    ]
    assert rows(
        database_url,
        f"select {micros}, kind, zone, score, box, snapshot from detections order by kind",
    ) == [
        (NOW, "fire", "lane", 0.5, [0, 0.25, 0.5, 1], b"jpeg"),
        (NOW, "smoke", "", 0.25, None, None),
    ]
    assert rows(database_url, f"select {micros}, device, state, detail from device_state_log") == [
        (NOW, "smoke-1", "fault", {"code": 7, "text": "烟"})
    ]
    assert rows(database_url, "select agent, epoch, seq, items, refused from batches") == [
        (AGENT, EPOCH, 1, 7, 0)
    ]


def test_the_feed_tells_what_was_stored_and_wakes_its_followers(
    conn: psycopg.Connection, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as follower:
        follower.execute(f"listen {FEED_CHANNEL}")  # type: ignore[arg-type]
        entry = everything()
        writer().write(conn, [entry])
        [notice] = follower.notifies(timeout=5, stop_after=1)
        assert notice.channel == FEED_CHANNEL
        [(payload,)] = follower.execute("select payload from feed").fetchall()
    assert decode_committed(payload) == entry.batch


def test_duplicates_in_any_order_are_stored_once(
    conn: psycopg.Connection, database_url: str
) -> None:
    batches = [arrival(batch(seq, readings(10, start=NOW + 10 * seq))) for seq in range(1, 101)]
    sent = batches * 3
    random.Random(4).shuffle(sent)
    lots = [sent[at : at + 7] for at in range(0, len(sent), 7)]
    total = sum((writer().write(conn, lot) for lot in lots), Tally())
    assert total == Tally(stored=1000, duplicates=200)
    assert count(database_url, "readings") == 1000
    assert count(database_url, "(select distinct time from readings) as t") == 1000
    assert count(database_url, "feed") == 100


def test_simple_readings_whose_commit_went_unheard_are_stored_once(
    conn: psycopg.Connection, database_url: str
) -> None:
    plain = [
        Handful(
            devices=["d"],
            quantities=["flow"],
            times=np.array([NOW + n]),
            values=np.array([1.0]),
            timed=timed,
            urgent=False,
            received=NOW,
            topic="gw/1/s/devices/d/flow",
        )
        for n, timed in enumerate((True, True, False, False, False))
    ]
    gatherer = Gatherer(5)
    lot = gatherer.gather(plain)
    assert writer().write(conn, lot) == Tally(stored=5)
    writer().write(conn, lot)  # as after a connection that was lost between commit and answer
    assert count(database_url, "readings") == 5
    writer().write(conn, gatherer.gather(plain))  # told again: those without a time count again
    assert count(database_url, "readings") == 8


def test_two_writers_of_the_same_batches_store_them_once(database_url: str) -> None:
    batches = [arrival(batch(seq, readings(3, start=NOW + 3 * seq))) for seq in range(1, 61)]

    def write_all(seed: int) -> None:
        shuffled = list(batches)
        random.Random(seed).shuffle(shuffled)
        own = writer()
        with psycopg.connect(database_url, autocommit=True) as own_conn:
            for at in range(0, len(shuffled), 6):
                own.write(own_conn, shuffled[at : at + 6])

    threads = [threading.Thread(target=write_all, args=[seed]) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database_url, "readings") == 180
    assert count(database_url, "feed") == 60


def test_what_the_database_refuses_is_a_dead_letter_and_the_rest_is_stored(
    conn: psycopg.Connection, database_url: str
) -> None:
    conn.execute("alter table detections add constraint no_ufo check (kind <> 'ufo')")
    ufo = Detection("camera-1", NOW, "ufo", "sky", 0.9)
    entries = [arrival(batch(seq, readings(2))) for seq in range(1, 10)]
    entries[4] = arrival(batch(5, readings(2), detections=[ufo]))
    assert writer().write(conn, entries) == Tally(stored=16, refused=3)
    [(reason, items, payload)] = rows(
        database_url, "select reason, items, payload from dead_letters"
    )
    assert "refused by the database" in reason
    assert "no_ufo" in reason
    assert items == 3
    assert b'"ufo"' in payload
    assert writer().write(conn, entries) == Tally(duplicates=9)
    assert rows(database_url, "select sum(items), sum(refused) from batches") == [(19, 3)]


def test_a_number_that_has_no_form_in_the_store_is_a_dead_letter_and_the_rest_is_stored(
    conn: psycopg.Connection, database_url: str
) -> None:
    entries = [arrival(batch(seq, readings(2))) for seq in range(1, 4)]
    odd = DeviceState("smoke-1", NOW, "fault", {"code": 10**30})
    entries[1] = replace(entries[1], batch=msgspec.structs.replace(entries[1].batch, states=[odd]))
    assert writer().write(conn, entries) == Tally(stored=4, refused=3)
    assert count(database_url, "dead_letters") == 1


def test_a_partition_that_was_dropped_is_made_again(
    conn: psycopg.Connection, database_url: str
) -> None:
    own = writer()
    own.write(conn, [arrival(batch(1, readings(2)))])
    [partition] = parts(database_url, "readings")
    conn.execute(f"drop table {partition}")  # type: ignore[arg-type]
    assert own.write(conn, [arrival(batch(2, readings(2)))]) == Tally(stored=2)


def test_unknown_devices_are_stored_until_there_is_no_room(
    conn: psycopg.Connection, database_url: str
) -> None:
    conn.execute("insert into devices (name) values ('known')")
    made = [Reading(name, "flow", NOW, 1.0) for name in ("known", "new-1", "new-2", "new-3")]
    assert writer(2).write(conn, [arrival(batch(1, made))]) == Tally(stored=3, refused=1)
    assert rows(database_url, "select name, registered from devices order by id") == [
        ("known", True),
        ("new-1", False),
        ("new-2", False),
    ]
    [(reason, payload)] = rows(database_url, "select reason, payload from dead_letters")
    assert "2 unregistered devices" in reason
    assert b'"new-3"' in payload


def test_agents_that_nobody_knows_are_met_until_there_is_no_room(
    conn: psycopg.Connection, database_url: str
) -> None:
    reports = [
        Report("campus", AgentState(agent=f"agent-{n}", online=True), NOW, retained=False)
        for n in range(5)
    ]
    assert writer(2).write(conn, reports) == Tally(stored=2, refused=3)
    assert count(database_url, "agents") == 2
    [(reason,)] = rows(database_url, "select distinct reason from dead_letters")
    assert "2 unregistered devices" in reason


def test_a_refusal_without_identity_is_kept_each_time_and_with_one_once(
    conn: psycopg.Connection, database_url: str
) -> None:
    letter = DeadLetter(NOW, "gw/1/x\0y", "bad \0 thing", b"\0\1")
    claimed = Refusal(letter, Identity(AGENT, EPOCH, 9))
    for _ in range(2):
        writer().write(conn, [Refusal(letter), claimed])
    assert rows(database_url, "select distinct topic, reason, payload from dead_letters") == [
        ("gw/1/x\\0y", "bad \\0 thing", b"\0\1")
    ]
    assert count(database_url, "dead_letters") == 3


def test_what_names_another_agent_than_its_topic_is_counted(
    conn: psycopg.Connection, database_url: str
) -> None:
    """A broker vouches for topics; where one doesn't, this is the second lock."""
    forged = encode_batch(batch(4, agent="north"))
    said = encode_agent_state(AgentState(agent="north", online=True))
    sent = [
        (batch_topic(SITE, "south", "urgent"), forged),
        (batch_topic(SITE, "south", "urgent"), forged),  # the same again
        (state_topic(SITE, "south"), said),
        (batch_topic(SITE, "south", "bulk"), b"no batch at all"),
    ]
    entries = [decoder().decode(topic, payload, NOW) for topic, payload in sent]
    Writer(max_unregistered=10).write(conn, entries)
    kept = "select value from counters where name = %s"
    assert rows(database_url, kept, [IMPOSTORS]) == [(2,)]
    assert rows(database_url, "select count(*) from readings") == [(0,)]
    assert rows(database_url, "select count(*) from agents") == [(0,)]


def test_agents_come_and_go(conn: psycopg.Connection, database_url: str) -> None:
    def report(*, online: bool, at: int, made: int = 0, retained: bool = False) -> Report:
        state = AgentState(agent=AGENT, online=online, made=made)
        return Report("campus", state, NOW + at, retained)

    own = writer()
    own.write(conn, [report(online=True, at=0), report(online=True, at=1, made=5)])
    own.write(conn, [report(online=True, at=2, made=5, retained=True)])
    own.write(conn, [report(online=False, at=SECOND)])
    assert rows(database_url, "select device, state from device_state_log order by time") == [
        (AGENT, "online"),
        (AGENT, "offline"),
    ]
    assert count(database_url, "feed") == 2
    assert rows(database_url, "select name, site, online from agents") == [(AGENT, "campus", False)]


def test_a_follower_never_skips_a_row_that_commits_late(database_url: str) -> None:
    """Two writers; the first is held just before its commit while the second writes."""
    written = threading.Event()

    def second_writer() -> None:
        with psycopg.connect(database_url, autocommit=True) as conn:
            writer().write(conn, [arrival(batch(2, readings(1)))])
        written.set()

    with (
        psycopg.connect(database_url, autocommit=True) as slow,
        psycopg.connect(database_url, autocommit=True) as follower,
    ):
        writer().write(slow, [arrival(batch(100, readings(1)))])  # partitions and names are there
        follower.execute("delete from feed")
        second = threading.Thread(target=second_writer)
        with slow.transaction():  # the writer's own transaction nests in this one
            writer().write(slow, [arrival(batch(1, readings(1)))])
            [(first_position,)] = slow.execute("select position from feed").fetchall()
            second.start()
            assert not written.wait(0.5)
            assert follower.execute("select count(*) from feed").fetchone() == (0,)
        second.join(10)
        positions = follower.execute("select position from feed order by position").fetchall()
    assert positions == [(first_position,), (first_position + 1,)]
