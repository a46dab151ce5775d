"""Stays in the store: as if folded from all swipes at once, however these came in."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection

from edge.wire import Direction
from hub.tracing import store
from hub.tracing.columns import StayColumns
from hub.tracing.contacts import Window
from hub.tracing.keep import delete_old
from ingest import clock
from tests.hub.make import in_transaction
from tests.hub.tracing.stored import DAY, HOUR, Row, commit_swipes, load_traced_site, rows_of
from tests.waiting import wait_until

NOW = clock.now() // HOUR * HOUR
READERS = ("lab-in", "lab-out", "hall-in", "hall-out", "gate")
ALL = """
    select s.person, p.name, anchor, first, start, sure_start, sure_end, finish, last
    from hub.stays s join hub.trace_places p on p.id = s.place order by 1, 3, 2, 4, 9
"""


@pytest.fixture
def traced_url(database_url: str) -> str:
    """A store with the site whose people trace."""
    load_traced_site(database_url)
    return database_url


def catch_up(url: str) -> None:
    async def work(conn: AsyncConnection[Any]) -> None:
        while await store.catch_up(conn):
            pass

    in_transaction(url, work)


def rebuild(url: str) -> None:
    in_transaction(url, store.rebuild)


def wandering(seed: int, swipes: int) -> list[Row]:
    """Odd logs: exits and entries missing, repeated cards, gaps of hours and of days."""
    rng = random.Random(seed)
    rows: set[tuple[int, int, str, Direction]] = set()
    for person in range(1, 5):
        at = NOW - 9 * DAY
        for _ in range(swipes):
            at += round(rng.choice((0.01, 0.2, 1, 3, 14, 30)) * HOUR * rng.random())
            reader = rng.choice(READERS)
            way = {"in": Direction.IN, "out": Direction.OUT}.get(reader[reader.find("-") + 1 :])
            rows.add((at, person, reader, way or Direction.UNKNOWN))
    return sorted(rows, key=lambda row: row[0])


@pytest.mark.parametrize("seed", range(6))
def test_stays_kept_up_from_late_and_shuffled_swipes_are_those_folded_at_once(
    traced_url: str, seed: int
) -> None:
    """EP-02 in part"""
    rows = wandering(seed, 25)
    rng = random.Random(seed)
    parts = [rows[begin : begin + 9] for begin in range(0, len(rows), 9)]
    rng.shuffle(parts)
    catch_up(traced_url)
    for part in parts:
        commit_swipes(traced_url, rng.sample(part, len(part)))
        catch_up(traced_url)
    kept = rows_of(traced_url, ALL)
    rebuild(traced_url)
    assert kept == rows_of(traced_url, ALL)
    assert len(kept) > 20


def test_entry_and_exit_readers_of_a_room_are_one_place_and_an_unknown_reader_its_own(
    traced_url: str,
) -> None:
    catch_up(traced_url)
    commit_swipes(
        traced_url,
        [
            (NOW - 5 * HOUR, 7, "lab-in", Direction.IN),
            (NOW - 4 * HOUR, 7, "lab-out", Direction.OUT),
            (NOW - 3 * HOUR, 7, "gate", Direction.UNKNOWN),
        ],
    )
    catch_up(traced_url)
    told = [(row[1], row[3], row[6], row[8]) for row in rows_of(traced_url, ALL)]
    assert told == [
        ("lab", NOW - 5 * HOUR, NOW - 4 * HOUR, NOW - 4 * HOUR),
        ("gate", NOW - 3 * HOUR, NOW - 3 * HOUR, NOW + 9 * HOUR),
    ]


def test_a_row_that_cannot_be_read_does_not_stop_the_stays(
    traced_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    catch_up(traced_url)
    rows_of(
        traced_url, "insert into feed (received, payload) values (now(), 'rubbish') returning 1"
    )
    commit_swipes(traced_url, [(NOW - HOUR, 7, "lab-in", Direction.IN)])
    catch_up(traced_url)
    assert len(rows_of(traced_url, ALL)) == 1
    assert "cannot be read" in caplog.text


def test_a_feed_that_was_dropped_makes_all_stays_anew(traced_url: str) -> None:
    catch_up(traced_url)
    commit_swipes(traced_url, [(NOW - HOUR, 7, "lab-in", Direction.IN)], feed=False)
    catch_up(traced_url)
    assert rows_of(traced_url, ALL) == []
    rows_of(traced_url, "update feed_mark set dropped_to = 99 returning 1")
    catch_up(traced_url)
    assert len(rows_of(traced_url, ALL)) == 1


@pytest.mark.parametrize("depth", [1, 2])
def test_a_trace_reads_all_stays_that_it_may_need(traced_url: str, depth: int) -> None:
    commit_swipes(traced_url, wandering(3, 25))
    rebuild(traced_url)
    window = Window(NOW - 8 * DAY, NOW - DAY)

    async def read(conn: AsyncConnection[Any]) -> tuple[StayColumns, StayColumns]:
        every = await store.stays_around(conn, (1,), window, depth=2)
        return every, await store.stays_around(conn, (1,), window, depth=depth)

    every, some = in_transaction(traced_url, read)
    rows = {tuple(row) for row in zip(some.person, some.place, some.first, some.last, strict=True)}
    mine = every.person == 1
    for person, place, first, last in zip(
        every.person, every.place, every.first, every.last, strict=True
    ):
        near = mine & (every.place == place) & (every.first < last) & (every.last > first)
        cut = (every.first[near] < window.end) & (every.last[near] > window.start)
        needed = person == 1 or (cut & (last > window.start)).any()
        if depth == 2 or needed:
            assert (person, place, first, last) in rows
    assert depth == 2 or len(some) < len(every)


def test_stays_go_when_their_days_are_over_unless_an_investigation_holds_them(
    traced_url: str,
) -> None:
    """PR-04 in part"""
    old = NOW - 40 * DAY
    rows = [(old, 7, "lab-in", Direction.IN), (old + HOUR, 7, "lab-out", Direction.OUT)]
    commit_swipes(traced_url, rows)
    rebuild(traced_url)
    hold = (
        "insert into swipe_holds values ('investigation:1', to_timestamp(%s), to_timestamp(%s),"
        " to_timestamp(%s)) returning 1"
    )
    rows_of(traced_url, hold, old / 1e6, old / 1e6 + 60, NOW / 1e6 + 60)

    def deleted(now: int, days: int = 30) -> int:
        return in_transaction(traced_url, lambda conn: delete_old(conn, now, keep_days=days))

    assert deleted(NOW) == 0
    assert deleted(NOW + HOUR, days=60) == 0
    assert deleted(NOW + HOUR) == 1
    assert rows_of(traced_url, ALL) == []


def test_the_hub_keeps_stays_for_the_days_that_are_set(traced_url: str, tmp_path: Path) -> None:
    """PR-04 in part: as many days as swipes are kept, whatever the default."""
    for days, person in ((4, 7), (1, 8)):
        into, out = NOW - days * DAY, NOW - days * DAY + HOUR
        swipes = [(into, person, "lab-in", Direction.IN), (out, person, "lab-out", Direction.OUT)]
        commit_swipes(traced_url, swipes)
    rebuild(traced_url)
    assert [row[0] for row in rows_of(traced_url, ALL)] == [7, 8]
    settings = {
        "GRIDWARDEN_DATABASE__URL": traced_url,
        "GRIDWARDEN_INGEST__KEEP_SWIPES_DAYS": "2",
        "GRIDWARDEN_DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "gridwarden", "hub", "run", "--port", "0"]
    with subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL) as hub:
        try:
            wait_until(lambda: [row[0] for row in rows_of(traced_url, ALL)] == [8])
        finally:
            hub.terminate()
