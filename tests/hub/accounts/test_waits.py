"""How long who fails to sign in must wait."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.accounts.domain import DAY, SECOND
from hub.accounts.waits import FREE, LONGEST_WAIT, NONE, after_attempt, subjects, wait_left


def test_after_five_failures_the_waits_grow_up_to_an_hour() -> None:
    at, found, waits = 0, NONE, list[int]()
    for _ in range(16):
        found = after_attempt(found, "name and address", at)
        waits.append(wait_left(found, at) // SECOND)
        at += wait_left(found, at)
    assert waits[:8] == [0, 0, 0, 0, 30, 60, 120, 240]
    assert waits[-1] == LONGEST_WAIT // SECOND


def test_what_failed_a_day_ago_counts_no_more() -> None:
    found = NONE
    for _ in range(9):
        found = after_attempt(found, "name and address", 0)
    assert after_attempt(found, "name and address", DAY).count == 1


@given(st.integers(0, 10_000), st.sampled_from(sorted(FREE)))
def test_no_wait_is_longer_than_an_hour(count: int, kind: object) -> None:
    found = NONE
    for _ in range(min(count, 200)):
        found = after_attempt(found, kind, 0)  # type: ignore[arg-type]
    assert 0 <= wait_left(found, 0) <= LONGEST_WAIT


def test_what_is_counted_does_not_tell_what_was_typed() -> None:
    assert not any("hunter" in one for one in subjects("hunter22", "192.0.2.1").values())
    assert len(set(subjects("a", "b").values())) == 3
