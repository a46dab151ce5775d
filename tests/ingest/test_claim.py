"""Each identity is taken once, whatever is folded before, between and meanwhile."""

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

from ingest.claim import claim
from ingest.clock import DAY
from ingest.fold import fold_batches
from tests.ingest.make import NOW, claimed, message
from tests.waiting import wait_until

BEFORE = NOW - 7 * DAY
WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"

Step: TypeAlias = tuple[list[tuple[str, int, int]], bool] | int


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


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
