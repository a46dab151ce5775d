from __future__ import annotations

import numpy as np
import pytest

from edge.simulate.clock import DAY, day_start
from edge.simulate.people import build_people
from edge.simulate.swipes import (
    MISSING_EXITS,
    SwipeColumns,
    campus_day_swipes,
    direction_of,
    reader_index,
    residents_day,
)
from edge.wire import Direction

MONDAY = 20_780


@pytest.fixture(scope="module")
def swipes() -> SwipeColumns:
    return campus_day_swipes(7, build_people(7), 33, MONDAY)


def test_times_strictly_increase_within_the_campus_day(swipes: SwipeColumns) -> None:
    assert (np.diff(swipes.time) > 0).all()
    assert swipes.time[0] >= day_start(MONDAY)
    assert swipes.time[-1] < day_start(MONDAY) + DAY


def test_a_reader_knows_its_way() -> None:
    for place in (0, 5, 40):
        assert direction_of(int(reader_index(place, Direction.IN))) == Direction.IN
        assert direction_of(int(reader_index(place, Direction.OUT))) == Direction.OUT


def test_swipes_alternate_per_person_and_place_but_for_missing_exits(swipes: SwipeColumns) -> None:
    place, out = swipes.reader // 2, swipes.reader % 2
    order = np.lexsort((swipes.time, place, swipes.person))
    person, place, out = swipes.person[order], place[order], out[order]
    same = (person[1:] == person[:-1]) & (place[1:] == place[:-1])
    repeated_in = same & (out[1:] == 0) & (out[:-1] == 0)
    repeated_out = same & (out[1:] == 1) & (out[:-1] == 1)
    assert not repeated_out.any()
    exits = int(out.sum())
    assert repeated_in.sum() <= 2 * MISSING_EXITS * exits


def test_one_exit_in_a_hundred_is_missing(swipes: SwipeColumns) -> None:
    visited = swipes.where((swipes.reader >= 10) & (swipes.reader < 66))  # neither home nor door
    missing = 1 - (visited.reader % 2).sum() / (visited.reader % 2 == 0).sum()
    assert missing == pytest.approx(MISSING_EXITS, abs=0.004)


def test_everyone_starts_and_ends_the_day_at_home() -> None:
    swipes = residents_day(7, build_people(7), MONDAY)
    at_home = swipes.where(swipes.reader < 10)
    order = np.lexsort((at_home.time, at_home.person))
    person, out = at_home.person[order], at_home.reader[order] % 2
    last = np.flatnonzero(np.diff(person, append=-1))
    first = np.concatenate(([0], last[:-1] + 1))
    assert (out[last] == 0).all()
    assert (out[first] == 1).mean() > 1 - 2 * MISSING_EXITS
