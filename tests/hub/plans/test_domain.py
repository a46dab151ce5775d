from __future__ import annotations

import msgspec

from hub.plans.read import shipped_plan


def test_a_rule_that_is_switched_off_does_not_judge() -> None:
    demo = shipped_plan("demo")
    off = msgspec.structs.replace(demo.rules["smoke_alarm"], enabled=False)
    plan = msgspec.structs.replace(demo, rules=demo.rules | {"smoke_alarm": off})
    assert demo.active().keys() - plan.active().keys() == {"smoke_alarm"}
