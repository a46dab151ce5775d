"""Categories: none without an owner, and each kind of case in one of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.plans.categories import Category, Department, wrong_categories
from hub.plans.check import check_plan
from hub.plans.read import shipped_plan
from hub.sites.domain import Name

NAME = Name("X", "某")
DEPARTMENTS = {"construction": Department(NAME), "water": Department(NAME)}


def category(**changes: Any) -> Category:
    fields: dict[str, Any] = {
        "title": NAME,
        "sort": "component",
        "about": ["hydrant"],
        "grade": "serious",
        "due_minutes": 60,
        "source": {"due_minutes": "ours"},
        "lead": "construction",
    }
    return Category(**fields | changes)


def test_a_category_that_all_is_said_of_is_right() -> None:
    assert list(wrong_categories({"leak": category(cooperating=["water"])}, DEPARTMENTS, {})) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lead": None}, "has no owner"),
        ({"lead": "parks"}, "names department parks"),
        ({"tracking": ["construction"]}, "two parts"),
        ({"source": {}}, "without a source"),
        ({"about": []}, "about nothing"),
        ({"joins": ["flying"]}, "no kind of case"),
    ],
)
def test_a_category_that_cannot_be_routed_keeps_the_plan_out(changes: Any, told: str) -> None:
    """HZ-01, CA-15 in part: no category without an owner."""
    plan = msgspec.structs.replace(
        shipped_plan("campus"), categories={"leak": category(**changes)}, departments=DEPARTMENTS
    )
    (problem,) = check_plan(plan)
    assert told in problem.text


def test_a_kind_of_case_belongs_to_one_category() -> None:
    both = {
        "leak": category(joins=["hydrant_burst"]),
        "flood": category(joins=["hydrant_burst"]),
    }
    ((name, text),) = wrong_categories(both, DEPARTMENTS, {})
    assert name == "flood"
    assert "belongs to leak already" in text


def test_the_shipped_plans_have_the_same_categories() -> None:
    campus, demo = shipped_plan("campus"), shipped_plan("demo")
    assert campus.categories == demo.categories
    assert campus.departments == demo.departments
