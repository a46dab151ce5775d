"""How old a register is, and when it is stale."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.registers.domain import Confirmation, Register, RegisterRules, Tally, standing
from tests.hub.make import name

DAY = 86_400_000_000
NOW = 20_000 * DAY


async def _unasked(_: Any, __: Any) -> Tally:
    raise AssertionError("the domain asks no store")


HYDRANTS = Register("hydrants", name("Hydrants"), _unasked)


def confirmed(days_ago: float) -> Confirmation:
    return Confirmation("hydrants", NOW - round(days_ago * DAY), "p-west", "person")


def test_a_register_is_stale_once_ninety_days_have_passed_since_it_was_confirmed() -> None:
    """SE-17 in part: registers 90 days."""
    assert not standing(HYDRANTS, Tally(3), confirmed(90), NOW).stale
    old = standing(HYDRANTS, Tally(3), confirmed(90.001), NOW)
    assert old.stale
    assert (old.by, old.how) == ("p-west", "person")


def test_one_with_entries_that_nobody_ever_confirmed_is_stale_an_empty_one_is_not() -> None:
    assert standing(HYDRANTS, Tally(1), None, NOW).stale
    assert not standing(HYDRANTS, Tally(0), None, NOW).stale


def test_entries_confirmed_one_by_one_make_the_register_as_old_as_the_oldest() -> None:
    """SE-17 in part: of an age of its own for each entry."""
    found = standing(HYDRANTS, Tally(3, NOW - 91 * DAY), None, NOW)
    assert (found.age, found.how, found.stale) == (91 * DAY, "entries", True)
    whole = standing(HYDRANTS, Tally(3, NOW - 91 * DAY), confirmed(2), NOW)
    assert (whole.age, whole.how, whole.stale) == (2 * DAY, "person", False)


@given(
    st.integers(0, 5),
    st.none() | st.integers(-10, 400),
    st.none() | st.integers(-10, 400),
    st.floats(1, 365),
)
def test_nothing_is_stale_that_was_confirmed_within_the_limit(
    entries: int, whole: int | None, oldest: int | None, limit: float
) -> None:
    last = None if whole is None else confirmed(whole)
    tally = Tally(entries, None if oldest is None else NOW - oldest * DAY)
    found = standing(HYDRANTS, tally, last, NOW, RegisterRules(stale_days=limit))
    ages = [age for age in (whole, oldest) if age is not None]
    assert found.stale == (entries > 0 and (not ages or min(ages) > limit))
    assert found.age is None or found.age >= 0
