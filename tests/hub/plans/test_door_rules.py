from __future__ import annotations

from typing import Any

import pytest

from hub.plans.domain import DoorRule, HeldRule, PassbackRule, ReasonRule
from hub.plans.door_rules import wrong_door_rule

COMMON: dict[str, Any] = {"kind": "duress", "grade": "general", "due_minutes": 1, "source": {}}


@pytest.mark.parametrize("reason", ["duress", "denied-passback", "x-two-cards"])
def test_words_of_bacnet_and_a_makers_own_are_taken(reason: str) -> None:
    assert list(wrong_door_rule("r", ReasonRule(reasons=[reason], **COMMON))) == []


@pytest.mark.parametrize("rule", [ReasonRule, PassbackRule])
def test_a_word_that_no_reader_says_is_refused_with_the_likely_one(rule: Any) -> None:
    (said,) = wrong_door_rule("r", rule(reasons=["denied-pasback"], **COMMON))
    assert "did you mean denied-passback?" in said


@pytest.mark.parametrize("rule", [DoorRule, HeldRule])
def test_a_grant_is_not_waited_for_longer_than_it_is_known(rule: Any) -> None:
    (said,) = wrong_door_rule("r", rule(grant_before_s=61, **COMMON))
    assert "grants are known for 60.0 s" in said
    assert list(wrong_door_rule("r", rule(grant_before_s=60, **COMMON))) == []


def test_a_passback_that_is_always_forgiven_is_refused() -> None:
    (said,) = wrong_door_rule("r", PassbackRule(reset_s=5, grace_s=5, **COMMON))
    assert "could never be broken" in said
