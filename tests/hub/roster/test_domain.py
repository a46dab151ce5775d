"""Who answers: A, else B, else the next higher grid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.roster.domain import Answer, Leave, Post, answerable, outranks
from hub.sites.domain import Holding

LEAF = Post(grid="C-1-01", warden="a", stand_in="b")
INNER = Post(grid="C-1", warden="chief", stand_in="deputy")
ROOT = Post(grid="C", warden="head", stand_in=None)
POSTS = (LEAF, INNER, ROOT)
PEOPLE = ("a", "b", "chief", "deputy", "head")


def away(*people: str) -> list[Leave]:
    return [Leave(person=person, starts=100, ends=200) for person in people]


@pytest.mark.parametrize(
    ("leaves", "late", "expected"),
    [
        ((), (), Answer("a", "C-1-01", "A")),
        (("a",), (), Answer("b", "C-1-01", "B", "on_leave")),
        ((), ("a",), Answer("b", "C-1-01", "B", "unacknowledged")),
        (("b",), ("a",), Answer("chief", "C-1", "A", "unacknowledged")),
        (("a", "b"), (), Answer("chief", "C-1", "A", "on_leave")),
        (("a", "b", "chief", "deputy"), (), Answer("head", "C", "A", "on_leave")),
        (PEOPLE, (), None),
    ],
)
def test_the_stand_in_answers_for_who_is_away_or_does_not_react(
    leaves: tuple[str, ...], late: tuple[str, ...], expected: Answer | None
) -> None:
    """GR-11: assignments go to B when A is on leave or does not acknowledge in time."""
    assert answerable(POSTS, 150, away(*leaves), late) == expected


@pytest.mark.parametrize(("at", "person"), [(99, "a"), (100, "b"), (199, "b"), (200, "a")])
def test_leave_holds_from_its_start_until_just_before_its_end(at: int, person: str) -> None:
    """GR-11: to the microsecond."""
    answer = answerable(POSTS, at, away("a"))
    assert answer is not None
    assert answer.person == person


def test_a_grid_that_is_not_live_answers_for_nothing() -> None:
    """GR-14: until a grid goes live, the next higher one answers."""
    idle = Post(grid="C-1-01", warden="a", stand_in="b", live=False)
    assert answerable((idle, INNER, ROOT), 1, []) == Answer("chief", "C-1", "A", "not_live")


def test_a_vacant_post_is_told_as_such() -> None:
    """GR-10: a grid without a member is answered for from above."""
    empty = Post(grid="C-1-01", warden=None, stand_in=None)
    assert answerable((empty, INNER), 1, []) == Answer("chief", "C-1", "A", "vacant")


@given(st.sets(st.sampled_from(PEOPLE)), st.sets(st.sampled_from(PEOPLE)), st.integers(50, 250))
def test_the_first_person_of_the_line_who_can_is_who_answers(
    leaves: set[str], late: set[str], at: int
) -> None:
    """GR-11: by the obvious oracle: walk the line, skip who cannot."""
    out = late | (leaves if 100 <= at < 200 else set())
    expected = next((person for person in PEOPLE if person not in out), None)
    answer = answerable(POSTS, at, away(*leaves), late)
    assert (None if answer is None else answer.person) == expected


PARENTS = {"C": None, "C-1": "C", "C-1-01": "C-1", "C-2": "C"}
HOLDINGS = {post.grid: Holding(post.grid, post.warden or "", post.stand_in) for post in POSTS} | {
    "C-2": Holding("C-2", "east")
}


@pytest.mark.parametrize(
    ("person", "grids", "may"),
    [
        ("chief", ["C-1-01"], True),
        ("deputy", ["C-1-01"], True),
        ("head", ["C-1-01", "C-2"], True),
        ("chief", ["C-1-01", "C-2"], False),
        ("chief", ["C-1"], False),
        ("a", ["C-1-01"], False),
        ("east", ["C-1-01"], False),
        ("head", ["C"], True),
        ("chief", ["C"], False),
        ("head", [], True),
        ("a", [], False),
    ],
)
def test_only_a_higher_grid_may_decide(person: str, grids: list[str], may: bool) -> None:
    """GR-08, GR-28: approval by the upper centre; on the root its own holders decide."""
    assert outranks(person, grids, PARENTS, HOLDINGS) is may
