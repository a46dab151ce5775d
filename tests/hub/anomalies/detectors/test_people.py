from __future__ import annotations

from hub.anomalies.detectors.people import FORGET, MOST_PEOPLE, forget, remember


def itself(time: int) -> int:
    return time


def test_the_oldest_goes_when_there_are_too_many_or_it_is_too_old() -> None:
    known: dict[int, int] = {}
    for person in range(MOST_PEOPLE + 3):
        remember(known, person, 100 + person, itself, oldest=0)
    assert len(known) == MOST_PEOPLE
    assert min(known) == 3
    remember(known, 3, 10**9, itself, oldest=10**9)
    assert known == {3: 10**9}


def test_who_nobody_follows_is_forgotten_after_a_day() -> None:
    known = {1: 0, 2: 5}
    assert forget(known, itself, FORGET) is known
    assert forget(known, itself, FORGET + 1) == {2: 5}
    assert forget({}, itself, FORGET) == {}
