from __future__ import annotations

import numpy as np
import pytest

from edge.simulate.days import NOWHERE, home_stays, visits_of_day, weekday_of
from edge.simulate.people import FIRST_CLASSROOM, People, build_people

MONDAY, SATURDAY = 20_780, 20_785


@pytest.fixture(scope="module")
def people() -> People:
    return build_people(7)


def test_the_first_of_january_1970_was_a_thursday() -> None:
    assert weekday_of(0) == 3
    assert weekday_of(MONDAY) == 0
    assert weekday_of(SATURDAY) == 5


@pytest.mark.parametrize("day", [MONDAY, SATURDAY])
def test_no_resident_is_in_two_places_at_once(people: People, day: int) -> None:
    visits = visits_of_day(7, people, day)
    resident, block = np.nonzero(visits.place != NOWHERE)
    start, end = visits.start[resident, block], visits.end[resident, block]
    same = resident[1:] == resident[:-1]
    assert (end > start).all()
    assert (start[1:][same] > end[:-1][same]).all()


@pytest.mark.parametrize("day", [MONDAY, SATURDAY])
def test_residents_are_never_at_home_and_out_at_once(people: People, day: int) -> None:
    visits = visits_of_day(7, people, day)
    who, leaves, returns = home_stays(np.random.default_rng(1), visits)
    same = who[1:] == who[:-1]
    assert (returns > leaves).all()
    assert (leaves[1:][same] > returns[:-1][same]).all()
    for resident in range(0, 3000, 97):
        outings = list(zip(leaves[who == resident], returns[who == resident], strict=True))
        for block in np.flatnonzero(visits.place[resident] != NOWHERE):
            start, end = visits.start[resident, block], visits.end[resident, block]
            assert any(left < start and end < back for left, back in outings)


def test_nobody_is_in_class_at_the_weekend(people: People) -> None:
    assert (visits_of_day(7, people, MONDAY).place >= FIRST_CLASSROOM).sum() > 5000
    assert (visits_of_day(7, people, SATURDAY).place >= FIRST_CLASSROOM).sum() == 0


def test_a_few_are_late_to_bed_and_all_are_home_before_the_day_ends(people: People) -> None:
    for day in (MONDAY, SATURDAY):
        visits = visits_of_day(7, people, day)
        _, leaves, returns = home_stays(np.random.default_rng(1), visits)
        assert 10 < (returns > 24 * 3600).sum() < 600
        assert returns.max() < 28 * 3600
        assert leaves.min() > 4 * 3600
