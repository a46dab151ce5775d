from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sites.check import check
from hub.sites.domain import Building, Household, SiteDocument
from hub.sites.rules import GridRules, SizeRule
from hub.sites.sizes import sizes, warn
from tests.hub.sites.conftest import small


def homes(count: int, people: int = 3) -> list[Household]:
    return [Household(f"h-{n}", (10 + n % 80, 10), people) for n in range(count)]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (199, "grid C-1-01 has 199 households, the plan wants 200 or more (004:L133)"),
        (200, None),
        (300, None),
        (301, "grid C-1-01 has 301 households, the plan wants 300 or fewer (004:L133)"),
    ],
)
def test_a_grid_that_leaves_the_size_rule_is_warned_of_and_not_refused(
    document: SiteDocument, count: int, said: str | None
) -> None:
    """GR-04: 200 to 300 households, inclusive; a warning and no refusal."""
    rule = SizeRule(level=2, households_min=200, households_max=300, source="004:L133")
    rules = GridRules(sizes=[rule])
    full = msgspec.structs.replace(document, households=homes(count))
    assert check(full, rules) == []
    mine = [w.text for w in warn(full, rules) if w.kind == "size" and w.grid == "C-1-01"]
    assert mine == ([] if said is None else [said])


def test_the_number_of_grids_within_and_of_people_are_bounded_too(document: SiteDocument) -> None:
    """GR-04: 3 to 7 grids per village, 700 people or more."""
    rules = GridRules(
        sizes=[
            SizeRule(level=1, grids_min=3, grids_max=7, source="001:L655"),
            SizeRule(level=0, people_min=700, source="000:L51"),
        ]
    )
    full = msgspec.structs.replace(document, households=homes(100))
    assert [w.text for w in warn(full, rules) if w.kind == "size"] == [
        "grid C has 300 people, the plan wants 700 or more (000:L51)",
        "grid C-1 has 2 grids, the plan wants 3 or more (001:L655)",
        "grid C-2 has 2 grids, the plan wants 3 or more (001:L655)",
    ]


def test_a_building_that_a_border_cuts_is_warned_of(document: SiteDocument) -> None:
    """GR-07: a building is never split."""
    across = Building("long", document.site.name, BOX, 2)
    cut = msgspec.structs.replace(document, buildings=[*document.buildings, across])
    assert [w.text for w in warn(cut, GridRules()) if w.kind == "split"] == [
        "building long is split between the grids C-1-01, C-2-01"
    ]


def test_one_warden_of_several_grids_needs_an_exception(document: SiteDocument) -> None:
    """GR-10: one member per grid; a flagged exception passes and stays listed."""
    bare = [msgspec.structs.replace(h, exception=None) for h in document.holdings]
    problems = check(msgspec.structs.replace(document, holdings=bare))
    assert [problem.subject for problem in problems] == ["p-warden"]
    assert "give each grid a warden of its own" in problems[0].text
    assert check(document) == []
    flagged = [w for w in warn(document, GridRules()) if w.kind == "exception"]
    assert [w.subject for w in flagged] == ["p-warden"]


def test_a_grid_without_a_member_is_listed(document: SiteDocument) -> None:
    """GR-10: a grid without a member is a problem of its own kind."""
    one = [holding for holding in document.holdings if holding.grid != "C-1-01"]
    found = check(msgspec.structs.replace(document, holdings=one))
    assert [(p.kind, p.grid) for p in found] == [("unassigned", "C-1-01")]


@pytest.mark.parametrize(
    ("fixes", "said"),
    [("five", "duty, task, reward_penalty"), ("seven", "everyones_duty, place_of_supervision")],
)
def test_a_grid_goes_live_only_when_its_fixes_are_complete(
    document: SiteDocument, fixes: str, said: str
) -> None:
    """GR-14: five or seven fixes; a grid that is not live may still lack some."""
    rules = msgspec.convert({"fixes": fixes}, GridRules)
    found = [problem.text for problem in check(document, rules)]
    assert len(found) == 4
    assert all(said in text for text in found)
    idle = [msgspec.structs.replace(grid, live=False) for grid in document.grids]
    assert check(msgspec.structs.replace(document, grids=idle), rules) == []
    names = ("duty", "task", "reward_penalty", "place_of_supervision", "graded_inspection")
    more = ("everyones_duty", "training_by_post", "information_at_fixed_times")
    texts = dict.fromkeys((*names, *more), "settled")
    done = [msgspec.structs.replace(grid, fixes=texts) for grid in document.grids]
    assert check(msgspec.structs.replace(document, grids=done), rules) == []
    empty = [msgspec.structs.replace(grid, fixes=dict.fromkeys(texts, " ")) for grid in done]
    assert len(check(msgspec.structs.replace(document, grids=empty), rules)) == 4


@given(st.lists(st.tuples(st.integers(0, 199), st.integers(0, 199), st.integers(0, 9))))
def test_sizes_add_up_along_the_tree(spots: list[tuple[int, int, int]]) -> None:
    """GR-05, GR-17: each household counts once on every level."""
    document = msgspec.structs.replace(
        small(), households=[Household(f"h-{n}", (x, y), p) for n, (x, y, p) in enumerate(spots)]
    )
    size = sizes(document)
    leaves = [size[code] for code in ("C-1-01", "C-1-02", "C-2-01", "C-2-02")]
    assert size["C"].households == sum(leaf.households for leaf in leaves) == len(spots)
    assert size["C"].people == sum(leaf.people for leaf in leaves) == sum(p for *_, p in spots)


BOX = [(90.0, 20.0), (110.0, 20.0), (110.0, 30.0), (90.0, 30.0)]
