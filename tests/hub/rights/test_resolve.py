"""Who may do what, where and until when: out of account, site, leave and plan."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.plans.check import check_plan
from hub.plans.read import shipped_plan
from hub.rights.domain import (
    EVERYWHERE,
    RIGHTS,
    ROLES,
    SITE_WIDE,
    Actor,
    RoleRights,
    covers,
    may,
)
from hub.rights.resolve import Grant, SignedIn, resolve, territory
from hub.rights.roles import shipped_templates, templates_with
from hub.roster.domain import Leave
from hub.sites.domain import Grid, Holding, Person
from tests.hub.make import SITE, box, name

DEEP = msgspec.structs.replace(
    SITE,
    grids=[*SITE.grids, Grid("C-1-1", "C-1", name("Corner"), box(0, 50))],
    people=[
        *SITE.people,
        Person("p-corner", name("Corner"), "warden"),
        Person("p-spare", name("Spare"), "stand_in"),
        Person("p-desk", name("Desk"), "desk"),
        Person("p-guard", name("Guard"), "guard", grid="C-2"),
        Person("p-idle", name("Idle"), "member"),
    ],
    holdings=[
        Holding("C", "p-chief"),
        Holding("C-1", "p-west"),
        Holding("C-2", "p-east", "p-spare"),
        Holding("C-1-1", "p-corner"),
    ],
)
LEAVES = [Leave(person="p-east", starts=100, ends=200)]
WHERE = territory(DEEP, LEAVES)
TEMPLATES = shipped_templates()
PATHS = {"C": ["C"], "C-1": ["C", "C-1"], "C-1-1": ["C", "C-1", "C-1-1"], "C-2": ["C", "C-2"]}


def actor(person: str | None, at: int = 0, *grants: Grant, **more: Any) -> Actor:
    who = SignedIn(account=1, name="one", person=person, grants=grants, **more)
    return resolve(who, WHERE, TEMPLATES, at)


def seen(who: Actor) -> set[str]:
    return {code for code, path in PATHS.items() if may(who, "cases.read", path)}


@pytest.mark.parametrize(
    ("person", "grids"),
    [
        ("p-chief", {"C", "C-1", "C-1-1", "C-2"}),
        ("p-west", {"C-1", "C-1-1"}),
        ("p-corner", {"C-1-1"}),
        ("p-east", {"C-2"}),
        ("p-guard", {"C-2"}),
        ("p-desk", {"C", "C-1", "C-1-1", "C-2"}),
        ("p-idle", set[str]()),
        ("p-gone", set[str]()),
        (None, set[str]()),
    ],
)
def test_a_level_sees_its_own_subtree_only(person: str | None, grids: set[str]) -> None:
    """GR-23, PR-01"""
    assert seen(actor(person)) == grids


def test_a_stand_in_has_the_rights_while_the_holder_is_on_leave() -> None:
    """PR-01"""
    assert [bool(seen(actor("p-spare", at))) for at in (99, 100, 199, 200)] == [
        False, True, True, False,
    ]  # fmt: skip
    (held,) = actor("p-spare", 150).roles
    assert (held.why, held.until) == ("stand_in", 200)


def test_a_right_ends_with_the_holding() -> None:
    """PR-01"""
    after = msgspec.structs.replace(DEEP, holdings=[Holding("C", "p-chief")])
    who = SignedIn(account=1, name="one", person="p-west")
    assert not seen(resolve(who, territory(after, []), TEMPLATES, 0))


def test_a_granted_role_holds_in_its_grid_and_time_and_no_longer_than_its_person() -> None:
    """PR-01"""
    given = Grant(id=1, role="inspector", grid="C-1", starts=10, ends=20)
    assert [sorted(seen(actor(None, at, given))) for at in (9, 10, 19, 20)] == [
        [], ["C-1", "C-1-1"], ["C-1", "C-1-1"], [],
    ]  # fmt: skip
    assert not seen(actor("p-gone", 15, given))


def test_only_who_reaches_the_root_reaches_what_lies_in_no_grid() -> None:
    assert may(actor("p-chief"), "cases.read", SITE_WIDE)
    assert not may(actor("p-west"), "cases.read", SITE_WIDE)


def test_a_token_holds_no_more_than_it_was_limited_to() -> None:
    assert set(actor("p-west", rights=["cases.read", "audit.read"]).scopes) == {"cases.read"}


def test_whom_a_case_waits_for_has_the_right_in_no_grid() -> None:
    assert actor("p-spare", owes=True).scopes["cases.act"] == frozenset()
    assert "cases.act" not in actor("p-spare").scopes


def test_every_role_has_a_template_of_known_rights() -> None:
    """GR-12"""
    assert set(TEMPLATES) == set(ROLES)
    assert all(rights <= set(RIGHTS) for rights in TEMPLATES.values())
    assert set(RIGHTS) == frozenset.union(*TEMPLATES.values())


def test_a_plan_may_give_a_role_other_rights_but_names_no_unknown_one() -> None:
    """GR-12"""
    plan = shipped_plan("campus")
    roles = {"warden": RoleRights(["cases.read"])}
    assert templates_with(roles)["warden"] == {"cases.read"}
    assert not check_plan(msgspec.structs.replace(plan, roles=roles))
    wrong = {"wardn": RoleRights([]), "chief": RoleRights(["cases.reed"])}
    texts = [one.text for one in check_plan(msgspec.structs.replace(plan, roles=wrong))]
    assert texts == [
        "there is no role wardn; did you mean warden?",
        "role chief: there is no right cases.reed; did you mean cases.read?",
    ]


@given(st.sampled_from(sorted(PATHS)), st.sampled_from(ROLES), st.sampled_from(sorted(PATHS)))
def test_a_role_in_a_grid_reaches_that_grid_and_below_and_nothing_else(
    grid: str, role: Any, other: str
) -> None:
    """GR-23"""
    who = actor(None, 5, Grant(id=1, role=role, grid=grid, starts=0, ends=None))
    for right in RIGHTS:
        inside = grid in PATHS[other]
        assert may(who, right, PATHS[other]) == (inside and right in TEMPLATES[role])


def test_nobody_covers_more_than_they_reach() -> None:
    parents = WHERE.parents
    mine = {"cases.read": frozenset({"C-1"}), "cases.act": frozenset({"C-1-1"})}
    assert covers(mine, {"cases.read": frozenset({"C-1-1"})}, parents) == []
    assert covers(mine, {"cases.read": EVERYWHERE}, parents) == ["cases.read"]
    assert covers(mine, {"cases.act": frozenset({"C-1"}), "audit.read": EVERYWHERE}, parents) == [
        "audit.read",
        "cases.act",
    ]
