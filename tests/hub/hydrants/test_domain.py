"""The state of a hydrant: the newest word counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.hydrants.domain import Hydrant, State, Trouble, looked_at, state_of
from hub.sites.domain import Name


def hydrant(told: State = "in_order", told_at: int = 100, **more: Any) -> Hydrant:
    return Hydrant(
        id="H-1",
        name=Name("H", "栓"),
        kind="hydrant",
        at=(1, 2),
        owner="Water company",
        told=told,
        told_at=told_at,
        **more,
    )


def trouble(state: State, opened: int, closed: int | None = None) -> Trouble:
    return Trouble(state=state, opened=opened, closed=closed)


@pytest.mark.parametrize(
    ("one", "troubles", "state"),
    [
        (hydrant(), [], "in_order"),
        (hydrant(), [trouble("damaged", 200)], "damaged"),
        (hydrant(), [trouble("damaged", 200), trouble("no_water", 150)], "no_water"),
        (hydrant("damaged", 100), [trouble("damaged", 50, closed=200)], "in_order"),
        (hydrant("damaged", 300), [trouble("damaged", 50, closed=200)], "damaged"),
        (hydrant("out_for_repair", 300), [trouble("damaged", 200)], "out_for_repair"),
        (hydrant("out_for_repair", 300), [trouble("damaged", 400)], "damaged"),
        (hydrant("in_order", 300), [trouble("damaged", 200)], "damaged"),
        (hydrant("removed", 100), [trouble("damaged", 200)], "removed"),
    ],
)
def test_the_state_follows_cases_and_what_people_tell(
    one: Hydrant, troubles: list[Trouble], state: State
) -> None:
    """SE-05 in part: a case opens, and a verified close puts it in order."""
    assert state_of(one, troubles) == state


@pytest.mark.parametrize(
    ("before", "until", "told"),
    [
        (hydrant("low_pressure", 100, censused=date(2026, 3, 1)), 300, ("damaged", 300)),
        (hydrant("low_pressure", 400, censused=date(2026, 3, 3)), 300, ("low_pressure", 400)),
        (hydrant("in_order", 400, censused=date(2026, 3, 3)), 300, ("in_order", 400)),
        (hydrant("in_order", 400), 300, ("damaged", 300)),
    ],
)
def test_the_later_of_two_words_holds_whichever_is_told_last(
    before: Hydrant, until: int, told: tuple[State, int]
) -> None:
    """SE-05 in part"""
    after = looked_at(before, "damaged", date(2026, 3, 2), until)
    assert (after.told, after.told_at) == told
    assert after.censused == max(before.censused or date.min, date(2026, 3, 2))


def test_a_planned_shut_off_shows_where_nothing_worse_does() -> None:
    """SE-05 in part, SE-08 in part"""
    assert state_of(hydrant(), [], shut_off=True) == "shut_off"
    assert state_of(hydrant(), [trouble("damaged", 200)], shut_off=True) == "damaged"


def test_a_hydrant_is_known_by_its_sensor_and_by_its_own_name() -> None:
    assert hydrant().subjects == ("hydrant:H-1",)
    assert hydrant(device="hydrant-07").subjects == ("hydrant-07", "hydrant:H-1")
