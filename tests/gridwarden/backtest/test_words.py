"""Rules are told in words."""

from __future__ import annotations

from gridwarden.backtest.words import in_words
from hub.plans.read import shipped_plan


def test_every_rule_of_the_shipped_plans_has_its_sentence() -> None:
    rules = shipped_plan("campus").rules
    assert in_words(rules["hydrant_low_pressure"]) == (
        "pressure of a hydrant below 0.14 MPa for 60 s; clear past 0.15 MPa for 60 s"
    )
    assert in_words(rules["hydrant_no_water"]).startswith("pressure of a hydrant below unset MPa")
    assert in_words(rules["camera_fire"]) == (
        "a camera sees fire scored 0.2 or more for 2 s; clear when unseen for 30 s"
    )
    assert "nobody was granted in the 8 s before or 0.5 s after" in in_words(rules["door_forced"])
    assert "misses 3 of its reports" in in_words(rules["device_silent"])
    assert "an agent is not heard for 180 s" in in_words(rules["agent_silent"])
