from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from hub.plans.check import check_plan
from hub.plans.domain import Plan, Titled
from hub.plans.read import shipped_plan
from hub.sites.domain import Name


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
    assert re.match(f"rule {rule} has no .*{key}.*: set it, or switch the rule off", problem.text)
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
        ("hydrant_no_water", "hydrant_low_presure", "did you mean hydrant_low_pressure?"),
    ],
)
def test_only_a_milder_rule_of_the_same_quantity_can_be_superseded(
    rule: str, kind: str, said: str
) -> None:
    (problem,) = check_plan(changed(rule, supersedes=[kind]))
    assert said in problem.text


def test_a_kind_of_ones_own_needs_its_title_only() -> None:
    """SE-03: sensor kinds are an open list, added by configuration."""
    demo = shipped_plan("demo")
    noise = msgspec.structs.replace(
        demo.rules["smoke_alarm"], kind="too_loud", watches="noise_meter", quantity="level"
    )
    plan = msgspec.structs.replace(demo, rules=demo.rules | {"loud": noise})
    told = [problem.text for problem in check_plan(plan)]
    assert len(told) == 2
    assert "[kinds.too_loud]" in told[0]
    assert "[device_kinds.noise_meter]" in told[1]
    title = Titled(Name("Noise", "噪声"))
    titled = {"kinds": {"too_loud": title}, "device_kinds": {"noise_meter": title}}
    assert check_plan(msgspec.structs.replace(plan, **titled)) == []


def test_a_misspelt_kind_is_refused_with_what_was_meant() -> None:
    (problem,) = check_plan(changed("lane_blocked", kind="lane_blockt"))
    assert "did you mean lane_blocked?" in problem.text
    (problem,) = check_plan(changed("smoke_alarm", watches="smok"))
    assert "did you mean smoke?" in problem.text


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("value <", "Syntax error"),
        ("valu < 1.0", "there is no valu; there are value"),
        ("value < 1.0 && nosuch", "there is no nosuch"),
        ("value + 'a' == 1.0", "float + string"),
        ("value", "instead of true or false"),
        ("device.nosuch == 'x'", "nosuch"),
    ],
)
def test_a_bad_condition_is_refused_with_what_to_mend(when: str, said: str) -> None:
    (problem,) = check_plan(changed("smoke_alarm", when=when))
    assert problem.text.startswith("rule smoke_alarm: mend its condition `when`")
    assert said in problem.text


@pytest.mark.parametrize(
    "when", ["value < 0.2 && month in [1, 2, 12]", "[1, 2].exists(x, x == hour)"]
)
def test_a_good_condition_is_taken(when: str) -> None:
    assert check_plan(changed("smoke_alarm", when=when)) == []


def test_a_rule_keeps_one_way_of_clearing() -> None:
    (problem,) = check_plan(changed("smoke_alarm", quiet_s=60, source=_all_ours("smoke_alarm")))
    assert "has clear and quiet_s: keep one" in problem.text


def test_an_unknown_time_zone_is_refused() -> None:
    plan = msgspec.structs.replace(shipped_plan("demo"), time_zone="Asia/Nowhere")
    (problem,) = check_plan(plan)
    assert "no time zone Asia/Nowhere" in problem.text


def _all_ours(rule: str) -> dict[str, str]:
    fields = msgspec.structs.fields(shipped_plan("demo").rules[rule])
    return {field.encode_name: "ours" for field in fields}
