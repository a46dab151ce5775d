from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeAlias

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ingest.arrival import DeadLetter, Identity, Message, Refusal
from ingest.claim import claim
from ingest.clock import DAY, SECOND
from ingest.fold import drop_devices_rows, fold_batches
from ingest.identities import Taken, taken
from tests.ingest.make import NOW, rows, settings
from tests.waiting import wait_until

OLD = NOW - 20 * DAY
BEFORE = NOW - 7 * DAY
TOP = (1 << 63) - 1
RANGES = "select agent, epoch, first, last, items, refused from batch_ranges order by 1, 2, 3"
WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"

Step: TypeAlias = tuple[list[tuple[str, int, int]], bool] | int


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def message(seq: int, *, agent: str = "a", epoch: int = 1, received: int = OLD) -> Message:
    letter = DeadLetter(received, "t", "r", b"", items=2)
    return Refusal(letter, Identity(agent, epoch, seq), None, "live")


def claimed(conn: psycopg.Connection, *messages: Message) -> list[int]:
    with conn.transaction():
        return [m.identity.seq for m in claim(conn, messages) if m.identity is not None]


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
    assert taken(conn, "a", 1, [1, 2, 4]) == {
        1: Taken(1, None, 0, 0),
        2: Taken(2, "live", 2, 2),
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


identities = st.tuples(st.sampled_from("ab"), st.integers(1, 2), st.integers(1, 12))
steps = st.lists(
    st.one_of(
        st.tuples(st.lists(identities, max_size=8), st.booleans()),  # a lot; does it commit?
        st.integers(1, 4),  # a fold of so many rows at once
    ),
    max_size=25,
)


@trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_each_identity_is_taken_once_in_any_history(
    conn: psycopg.Connection, history: list[Step]
) -> None:
    conn.execute("truncate batches, batch_ranges")
    known: set[tuple[str, int, int]] = set()
    for step in history:
        if isinstance(step, int):
            fold_batches(conn, BEFORE, at_once=step, chunks=2)
            continue
        lot, commits = step
        messages = [message(seq, agent=agent, epoch=epoch) for agent, epoch, seq in lot]
        with conn.transaction(force_rollback=not commits):
            fresh = [m.identity for m in claim(conn, messages)]
        assert fresh == [one for one in dict.fromkeys(lot) if one not in known]
        known |= set(lot) if commits else set()
    held = conn.execute(
        "select agent, epoch, seq from batches union all"
        " select agent, epoch, generate_series(first, last) from batch_ranges"
    ).fetchall()
    assert Counter(held) == Counter(known)


def test_a_claim_that_waits_for_a_fold_finds_the_range(
    conn: psycopg.Connection, database_url: str
) -> None:
    """Two workers claim the very batch that is being folded; the fold commits or fails."""
    for commits in (False, True):
        conn.execute("truncate batches, batch_ranges")
        claimed(conn, message(1), message(2))
        took: list[list[int]] = []
        with (
            psycopg.connect(database_url, autocommit=True) as folder,
            folder.transaction(force_rollback=not commits),
        ):
            fold_batches(folder, BEFORE)
            workers = [started(database_url, took) for _ in range(2)]
            wait_until(lambda: conn.execute(WAITING).fetchone() == (2,))
        for worker in workers:
            worker.join()
        assert sorted(took) == [[], [3]]


def started(url: str, took: list[list[int]]) -> threading.Thread:
    def work() -> None:
        with psycopg.connect(url, autocommit=True) as conn:
            took.append(claimed(conn, message(1), message(2), message(3)))

    return run(work)


def run(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_workers_that_claim_and_fold_at_once_take_each_batch_once(database_url: str) -> None:
    """Every batch is told by two workers while a third folds all there is."""
    took: list[list[int]] = []
    done = threading.Event()

    def tell(step: int) -> None:
        with psycopg.connect(database_url, autocommit=True) as conn:
            took.extend(
                claimed(conn, *(message(start + n + 1) for n in range(step)))
                for start in range(0, 600, step)
            )

    def fold() -> None:
        with psycopg.connect(database_url, autocommit=True) as conn:
            while not done.is_set():
                fold_batches(conn, NOW, at_once=7)

    folder = run(fold)
    tellers = [run(lambda step=step: tell(step)) for step in (3, 5, 5)]
    for teller in tellers:
        teller.join()
    done.set()
    folder.join()
    assert sorted(seq for lot in took for seq in lot) == list(range(1, 601))
