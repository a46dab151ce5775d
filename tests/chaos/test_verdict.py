"""The verdict: finds each kind of wrong that a store can show."""

from __future__ import annotations

import psycopg
import pytest

from tools.chaos.counter import LIFE, Course
from tools.chaos.crew import Life
from tools.chaos.verdict import Verdict, judge

ORIGIN = 1_790_000_000_000_000
LIVES = [Life(Course("north", life=1, origin=ORIGIN, period=1_000, devices=1), made=4)]


def store(database_url: str, *numbers: int, late: int = 0) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute("insert into devices (name) values ('north-0') on conflict do nothing")
        conn.execute("insert into quantities (name) values ('count') on conflict do nothing")
        conn.execute("select add_partition('readings', '2026-01-01', '2027-01-01')")
        for n in numbers:
            conn.execute(
                "insert into readings select timestamptz 'epoch' + %s * interval '1 us', d.id,"
                " q.id, %s, now() from devices d, quantities q",
                [ORIGIN + n * 1_000 + late, float(LIFE + n)],
            )


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ((1, 2, 3, 4), Verdict(4, 4, lost=0, doubled=0, wrong=0, unmade=0)),
        ((1, 3, 4), Verdict(4, 3, lost=1, doubled=0, wrong=0, unmade=0)),
        ((1, 2, 3, 4, 4, 4), Verdict(4, 6, lost=0, doubled=2, wrong=0, unmade=0)),
        ((1, 1, 4), Verdict(4, 3, lost=2, doubled=1, wrong=0, unmade=0)),
        ((1, 2, 3, 4, 5), Verdict(4, 5, lost=0, doubled=0, wrong=0, unmade=1)),
    ],
)
def test_it_counts_what_is_lost_doubled_or_was_never_made(
    database_url: str, numbers: tuple[int, ...], verdict: Verdict
) -> None:
    store(database_url, *numbers)
    found = judge(database_url, LIVES)
    assert found == verdict
    assert found.clean == (numbers == (1, 2, 3, 4))


def test_a_reading_at_another_time_than_it_was_made_is_wrong(database_url: str) -> None:
    store(database_url, 1, 2, 3)
    store(database_url, 4, late=1)
    assert judge(database_url, LIVES) == Verdict(4, 4, lost=0, doubled=0, wrong=1, unmade=0)
