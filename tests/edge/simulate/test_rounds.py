from __future__ import annotations

import numpy as np

from edge.simulate.clock import DAY, HOUR, MINUTE, SECOND
from edge.simulate.rounds import visits_between

START = 20_000 * DAY


def test_no_guard_is_at_two_doors_at_once() -> None:
    visits = visits_between(7, START, START + DAY)
    for guard in range(24):
        own = visits.guard == guard
        assert (visits.enters[own][1:] > visits.leaves[own][:-1]).all()
        assert own.sum() == 8 * HOUR // (4 * MINUTE)


def test_a_door_opens_only_just_after_a_swipe_and_never_twice_at_once() -> None:
    visits = visits_between(7, START, START + DAY)
    for opens, swipe in ((0, visits.enters), (2, visits.leaves)):
        delay = visits.openings[:, opens] - swipe
        assert delay.min() > 0
        assert delay.max() < 2 * SECOND
    for door in range(8):
        own = visits.openings[visits.door == door].ravel()
        assert (np.diff(own) > 0).all()


def test_guards_swipe_a_few_times_a_minute_even_at_night() -> None:
    visits = visits_between(7, START + 3 * HOUR, START + 4 * HOUR)
    swipes = np.concatenate((visits.enters, visits.leaves))
    per_two_minutes = np.bincount((swipes - START - 3 * HOUR) // (2 * MINUTE))
    assert per_two_minutes.min() >= 6


def test_any_cut_of_time_shows_the_same_rounds() -> None:
    whole = visits_between(7, START, START + HOUR)
    late = visits_between(7, START + 30 * MINUTE, START + HOUR)
    same = whole.where(whole.enters >= START + 30 * MINUTE)
    assert late.openings.tolist() == same.openings.tolist()
