from __future__ import annotations

import pytest

from hub.plans.domain import LimitRule, PlanError, PresenceRule
from hub.plans.read import read_plan, shipped_plan

PLAN = """
format = 1
name = "sample"
title = { en = "Sample", zh = "示例" }

[rules.low]
detector = "limit"
kind = "hydrant_low_pressure"
watches = "hydrant"
quantity = "pressure"
unit = "MPa"
side = "below"
limit = 0.14
duration_s = 60
clear = 0.15
clear_s = 60
grade = "serious"
due_minutes = 60
source = { limit = "GB 55036-2022, 3.0.3" }
"""


def test_a_rule_is_read_by_its_detector() -> None:
    rule = read_plan(PLAN).rules["low"]
    assert isinstance(rule, LimitRule)
    assert (rule.limit, rule.duration_s, rule.grade) == (0.14, 60, "serious")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("limit = 0.14", "limt = 0.14", "rule low: unknown key limt; did you mean limit?"),
        ('name = "sample"', 'nmae = "sample"', "the plan: unknown key nmae; did you mean name?"),
        ('"limit"', '"limits"', "rule low: no detector limits; did you mean limit?"),
        ("{ limit =", "{ limits =", "the source of rule low: unknown key limits; did you mean"),
        ('grade = "serious"', "", "rule low: .*missing required field `grade`"),
        ("due_minutes = 60", "", "rule low: .*missing required field `due_minutes`"),
        ("due_minutes = 60", "due_minutes = 0", "rule low: .*due_minutes"),
        ('"hydrant_low_pressure"', '"low pressure"', r"rule low: .*\$\.kind"),
        ("limit = 0.14", 'limit = "low"', "rule low: .*limit"),
        ('detector = "limit"', "", "rule low needs a detector: one of agent, door, group, limit"),
        ("format = 1", "format = 2", "the plan: .*format"),
        ("[rules.low]", "[rules.low", "not TOML"),
    ],
)
def test_a_wrong_plan_is_refused_with_what_to_mend(old: str, new: str, said: str) -> None:
    assert old in PLAN
    with pytest.raises(PlanError, match=said):
        read_plan(PLAN.replace(old, new, 1))


def test_a_plan_without_rules_is_refused() -> None:
    with pytest.raises(PlanError, match=r"add a table \[rules.NAME\]"):
        read_plan('format = 1\nname = "x"\ntitle = { en = "x", zh = "x" }')


def test_the_campus_plan_leaves_no_water_off_because_no_source_gives_its_limit() -> None:
    campus = shipped_plan("campus")
    assert "hydrant_no_water" in campus.rules
    assert "hydrant_no_water" not in campus.active()
    low = campus.rules["hydrant_low_pressure"]
    assert isinstance(low, LimitRule)
    assert low.limit == 0.14
    assert "GB 55036-2022" in low.source["limit"]


def test_the_demo_plan_watches_all_kinds_within_seconds() -> None:
    demo, campus = shipped_plan("demo"), shipped_plan("campus")
    assert set(demo.active()) <= set(campus.rules)
    waits = [rule.duration_s for rule in demo.rules.values() if isinstance(rule, LimitRule)]
    waits += [
        rule.duration_s or 0 for rule in demo.rules.values() if isinstance(rule, PresenceRule)
    ]
    assert max(waits) <= 5
    assert "not for a real site" in demo.note


def test_an_unknown_plan_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(PlanError, match=r"no plan campsu in the library; did you mean campus\?"):
        shipped_plan("campsu")


def test_a_plan_says_what_it_asks_of_the_territory() -> None:
    """GR-01, GR-03, GR-04, GR-11, GR-14: levels, codes, sizes, limits and fixes are the plan's."""
    text = """
format = 1
name = "town"
title = { en = "Town", zh = "镇" }
rules = {}

[grids]
codes = "six_digit"
fixes = "seven"
acknowledge_emergency_s = 120
levels = [{ en = "Town", zh = "镇" }, { en = "Grid", zh = "网格" }]
sizes = [{ level = 1, households_min = 300, households_max = 500, source = "001:L235" }]
"""
    grids = read_plan(text).grids
    assert (grids.codes, grids.fixes, len(grids.levels)) == ("six_digit", "seven", 2)
    assert (grids.acknowledge_s("emergency"), grids.acknowledge_s("general")) == (120, 14_400)
    assert grids.sizes[0].households_max == 500
    with pytest.raises(PlanError, match="colour"):
        read_plan(text + 'colour = "red"\n')
