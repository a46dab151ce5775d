from __future__ import annotations

import msgspec

from hub.files.subjects import subjects
from hub.plans.read import shipped_plan
from hub.sites.domain import Building
from tests.hub.files.conftest import EVERY_KIND
from tests.hub.make import name

RULES = shipped_plan("campus").files


def test_every_building_yard_unit_enterprise_and_household_has_one_file() -> None:
    """SE-12 in part"""
    found = [(one.kind, one.id, one.path) for one in subjects(EVERY_KIND, RULES)]
    assert found == [
        ("building", "block-1", ("C", "C-1")),
        ("yard", "C-2-1", ("C", "C-2", "C-2-1")),
        ("unit", "shop-01", ("C", "C-1")),
        ("enterprise", "mill", ("C", "C-2", "C-2-1")),
        ("household", "h-1", ("C", "C-1")),
        ("household", "h-2", ("C", "C-1")),
    ]


def test_a_building_on_a_border_counts_in_the_grid_that_holds_more_than_half_of_it() -> None:
    astride = Building("b", name("B"), [(50, 10), (180, 10), (180, 40), (50, 40)], 1)
    even = Building("e", name("E"), [(80, 10), (120, 10), (120, 40), (80, 40)], 1)
    site = msgspec.structs.replace(EVERY_KIND, buildings=[astride, even])
    found = {one.id: one.grid for one in subjects(site, RULES) if one.kind == "building"}
    assert found == {"b": "C-2-1", "e": "C"}


def test_a_kind_that_the_plan_leaves_out_has_no_files() -> None:
    few = msgspec.structs.replace(RULES, kinds={"yard": RULES.kinds["yard"]})
    assert [one.kind for one in subjects(EVERY_KIND, few)] == ["yard"]
