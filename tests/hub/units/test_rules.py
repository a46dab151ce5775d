from __future__ import annotations

import msgspec
import pytest

from hub.plans.check import check_plan
from hub.plans.read import shipped_plan
from hub.sites.domain import Name
from hub.units.rules import (
    Regulator,
    RegulatorRule,
    UnitClass,
    UnitRules,
    wrong_unit_rules,
)

CAMPUS = shipped_plan("campus").units
BRIGADE, STATION = "brigade", "police_station"


@pytest.mark.parametrize(
    ("rule", "brigade", "station", "nobody"),
    [
        (
            "class_a_brigade",
            ["key_a"],
            ["key_b", "key_c", "general", "nine_small", "six_small"],
            [],
        ),
        (
            "key_and_general_brigade",
            ["key_a", "key_b", "key_c", "general"],
            ["nine_small"],
            ["six_small"],
        ),
        ("second_class_key_brigade", ["key_second"], ["general", "nine_small", "six_small"], []),
    ],
)
def test_the_regulator_follows_from_the_class_by_the_rule_that_the_plan_chooses(
    rule: str, brigade: list[UnitClass], station: list[UnitClass], nobody: list[UnitClass]
) -> None:
    """SE-11 in part: the three rules of the plans are data."""
    rules = msgspec.structs.replace(CAMPUS, regulator_rule=rule)
    assert [rules.regulator(one) for one in brigade] == [BRIGADE] * len(brigade)
    assert [rules.regulator(one) for one in station] == [STATION] * len(station)
    assert [rules.regulator(one) for one in nobody] == [None] * len(nobody)
    assert rules.regulator(None) is None


def test_a_plan_whose_rule_leaves_a_class_without_regulator_is_refused() -> None:
    rules = msgspec.structs.replace(CAMPUS, regulator_rule="key_and_general_brigade")
    (text,) = wrong_unit_rules(rules)
    assert "names nobody for six_small" in text
    without = msgspec.structs.replace(rules, classes=("key_a", "nine_small"))
    assert list(wrong_unit_rules(without)) == []
    plan = msgspec.structs.replace(shipped_plan("campus"), units=rules)
    assert [problem.text for problem in check_plan(plan)] == [text]


def test_an_unknown_rule_or_body_is_told_with_what_to_do() -> None:
    rule = RegulatorRule(by_class={"key_a": "nobody"}, source="ours")
    rules = UnitRules(
        regulator_rule="other",
        regulator_rules={"one": rule},
        regulators={"brigade": Regulator(Name("Brigade", "大队"))},
    )
    body, chosen = wrong_unit_rules(rules)
    assert "[units.regulators.nobody]" in body
    assert chosen == "units: there is no regulator rule other; there are one"
