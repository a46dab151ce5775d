"""Complaints go past the person named and past who is under them, whatever the tree."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.complaints.domain import handler_of, is_under
from hub.sites.domain import Grid, Holding, Person
from tests.hub.make import SITE, name


@pytest.mark.parametrize(
    ("about", "handler"), [("p-west", "p-chief"), ("p-chief", None), ("p-nobody", "p-chief")]
)
def test_the_next_higher_holder_handles_it(about: str, handler: str | None) -> None:
    """PR-10 in part"""
    assert handler_of(SITE, about) == handler


def test_a_holder_of_two_levels_does_not_handle_what_is_said_of_them() -> None:
    """PR-10 in part: the way up begins above the highest grid that one holds."""
    both = [Holding("C", "p-chief"), Holding("C-1", "p-chief"), Holding("C-2", "p-east")]
    site = msgspec.structs.replace(SITE, holdings=both)
    assert handler_of(site, "p-chief") is None
    assert is_under(site, "p-east", "p-chief")
    assert not is_under(site, "p-chief", "p-east")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_handler_is_the_person_named_or_under_them(data: st.DataObject) -> None:
    """PR-10 in part"""
    count = data.draw(st.integers(1, 8))
    grids = [Grid("g0", None, name("g"), [(0, 0)])]
    for number in range(1, count):
        parent = f"g{data.draw(st.integers(0, number - 1))}"
        grids.append(Grid(f"g{number}", parent, name("g"), [(0, 0)]))
    people = [Person(f"p{number}", name("p"), "warden") for number in range(4)]
    who = st.sampled_from([one.id for one in people])
    held = data.draw(st.sets(st.sampled_from([one.code for one in grids])))
    holdings = [Holding(code, data.draw(who), data.draw(st.none() | who)) for code in sorted(held)]
    site = msgspec.structs.replace(SITE, grids=grids, people=people, holdings=holdings)
    about = data.draw(who)
    handler = handler_of(site, about)
    assert handler != about
    assert handler is None or not is_under(site, handler, about)
