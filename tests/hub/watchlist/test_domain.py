from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.watchlist.domain import (
    DAY,
    Act,
    ActRefusedError,
    Confirmed,
    Deed,
    refuse_out_of_turn,
    watched,
)
from hub.watchlist.rules import WatchRules

RULES = WatchRules()


def cases(*days: float, place: str = "kitchen") -> list[Confirmed]:
    return [
        Confirmed(place=place, case=number, at=round(day * DAY))
        for number, day in enumerate(days, start=1)
    ]


def act(deed: Deed, day: float, percent: int | None = None) -> Act:
    at = round(day * DAY)
    return Act(place="kitchen", deed=deed, percent=percent, note="seen", actor="p", at=at)


def test_the_third_confirmed_case_within_ninety_days_enrols_a_place() -> None:
    """SE-26 in part: ours, 3 in 90 days."""
    assert watched(cases(0, 50), [], RULES) == {}
    (found,) = watched(cases(0, 50, 90), [], RULES).values()
    assert (found.since, found.why, found.cases) == (90 * DAY, "cases", (1, 2, 3))
    assert watched(cases(0, 50, 90.01), [], RULES) == {}
    assert watched(cases(0, 50, 100, 120), [], RULES)["kitchen"].cases == (2, 3, 4)


def test_cases_of_other_places_do_not_count() -> None:
    assert watched([*cases(0, 1), *cases(2, place="hall")], [], RULES) == {}


def test_a_released_place_comes_back_only_by_later_cases() -> None:
    """SE-26 in part"""
    acts = [act("progress", 3, 100), act("release", 4)]
    before = cases(0, 1, 2)
    (found,) = watched(before, acts, RULES).values()
    assert (found.on, found.percent, found.released) == (False, 100, 4 * DAY)
    twice = watched([*before, *cases(5, 6)], acts, RULES)["kitchen"]
    assert not twice.on
    again = watched([*before, *cases(5, 6, 7)], acts, RULES)["kitchen"]
    assert (again.on, again.percent, again.since) == (True, 0, 7 * DAY)


@pytest.mark.parametrize(
    ("acts", "deed", "percent"),
    [
        ([], "progress", 10),
        ([], "release", None),
        ([act("enrol", 1)], "enrol", None),
        ([act("enrol", 1)], "progress", None),
        ([act("enrol", 1), act("progress", 2, 99)], "release", None),
    ],
)
def test_an_act_out_of_turn_is_refused(acts: list[Act], deed: Deed, percent: int | None) -> None:
    with pytest.raises(ActRefusedError):
        refuse_out_of_turn(watched([], acts, RULES).get("kitchen"), act(deed, 3, percent))


@given(st.lists(st.floats(0, 400), max_size=12))
def test_a_place_is_listed_exactly_when_some_three_cases_lie_within_ninety_days(
    days: list[float],
) -> None:
    """SE-26 in part"""
    found = watched(cases(*days), [], RULES)
    times = sorted(round(day * DAY) for day in days)
    close = any(later - first <= 90 * DAY for first, later in zip(times, times[2:], strict=False))
    assert (found != {}) == close
    assert found == watched(reversed(cases(*days)), [], RULES) or len(set(times)) < len(times)
