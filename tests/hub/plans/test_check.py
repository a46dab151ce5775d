from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.plans.check import check_plan
from hub.plans.domain import Plan
from hub.plans.read import shipped_plan


def changed(rule: str, **changes: Any) -> Plan:
    demo = shipped_plan("demo")
    return msgspec.structs.replace(
        demo, rules=demo.rules | {rule: msgspec.structs.replace(demo.rules[rule], **changes)}
    )


@pytest.mark.parametrize("name", ["campus", "demo"])
def test_the_plans_that_we_ship_may_take_effect(name: str) -> None:
    assert check_plan(shipped_plan(name)) == []


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ("hydrant_no_water", "limit"),
        ("hydrant_low_pressure", "clear"),
        ("lane_blocked", "duration_s"),
        ("door_forced", "grant_before_s"),
        ("device_silent", "missed"),
        ("agent_silent", "silent_s"),
    ],
)
def test_a_rule_that_is_on_needs_its_limits(rule: str, key: str) -> None:
    (problem,) = check_plan(changed(rule, **{key: None}))
    assert problem.text.startswith(f"rule {rule} has no {key}: set it, or switch the rule off")
    assert check_plan(changed(rule, **{key: None}, enabled=False)) == []


def test_every_number_names_its_source() -> None:
    (problem,) = check_plan(
        changed(
            "hydrant_low_pressure",
            source={"limit": "x"} | dict.fromkeys(("duration_s", "clear", "due_minutes"), "ours"),
        )
    )
    assert problem.text.startswith("rule hydrant_low_pressure: clear_s = 4")


def test_a_rule_that_would_flap_is_refused() -> None:
    (problem,) = check_plan(changed("hydrant_low_pressure", clear=0.13))
    assert "it would flap" in problem.text
    (problem,) = check_plan(changed("smoke_alarm", clear=2))
    assert "it would flap" in problem.text


@pytest.mark.parametrize(
    ("rule", "kind", "said"),
    [
        ("hydrant_no_water", "hydrant_no_water", "its own kind"),
        ("hydrant_no_water", "smoke_alarm", "another device or quantity"),
        ("door_forced", "smoke_alarm", "only rules of one quantity"),
    ],
)
def test_only_a_milder_rule_of_the_same_quantity_can_be_superseded(
    rule: str, kind: str, said: str
) -> None:
    (problem,) = check_plan(changed(rule, supersedes=kind))
    assert said in problem.text
