"""What a plan says of its calendar and its limits, and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.cases.domain import Action, Doer, Event, Order, Refused, Scene, fold, step
from hub.cases.terms import limits_of
from hub.deadlines.count import HOUR, Span
from hub.deadlines.rules import ASSIGNMENTS
from hub.plans.check import check_plan, plan_warnings
from hub.plans.domain import Plan
from hub.plans.read import read_plan, shipped_plan
from ingest import clock

HEAD = """
format = 1
name = "small"
title = { en = "Small", zh = "小" }
time_zone = "Asia/Shanghai"
[rules]
[departments.office]
title = { en = "Office", zh = "办公室" }
[categories.litter]
title = { en = "Litter", zh = "垃圾" }
sort = "event"
about = ["anywhere"]
grade = "general"
due_minutes = 60
lead = "office"
source = { due_minutes = "ours" }
"""
ASSIGNED = """
[deadlines]
triage = { amount = 4, unit = "working_hours", source = "ours" }
department = { amount = 5, unit = "working_days", source = "ours" }
feedback = { amount = 1, unit = "working_days", source = "ours" }
rectification = { at_issue = true, source = "ours" }
transfer = { at_issue = true, source = "ours" }
"""
NOW = clock.micros(datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Asia/Shanghai")))


def plan_of(text: str) -> Plan:
    return read_plan(HEAD + text)


def told(text: str) -> list[str]:
    return [problem.text for problem in check_plan(plan_of(text))]


@pytest.mark.parametrize("name", ["campus", "demo"])
def test_the_shipped_plans_have_every_limit_of_the_requirements_with_its_source(name: str) -> None:
    """CA-04, CA-05, CA-06, CA-07, CA-27 in part: what is unset stays so."""
    plan = shipped_plan(name)
    limits = plan.deadlines
    spans = {name: limit.span for name, limit in limits.limits()}
    assert spans["close"] == spans["reply"] == Span(5, "working_days")
    assert spans["push_up"] == Span(3, "working_days")
    assert spans["small_grid"] == Span(0, "same_day")
    assert spans["shelved"] == Span(48, "urgent_hours")
    assert spans["accept"] == Span(5, "minutes")
    assert limits.limit("extension") is None
    assert all(limit.source for _, limit in limits.limits())
    assert plan.calendar.country == "CN"
    assert check_plan(plan) == []


def test_a_plan_that_has_its_own_limits_must_have_one_for_each_kind_of_assignment() -> None:
    """CA-07 in part: refused before it takes effect."""
    assert told(ASSIGNED) == []
    assert len(told("[deadlines]")) == len(ASSIGNMENTS)
    (problem,) = told(ASSIGNED.replace("triage =", "reply ="))
    assert problem.startswith("deadlines: triage has no limit")


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ('{ source = "ours" }', "either a unit or at_issue"),
        ('{ at_issue = true, unit = "minutes", amount = 1, source = "ours" }', "either a unit"),
        ('{ unit = "working_days", amount = 1.5, source = "ours" }', "whole amount"),
        ('{ unit = "working_days", source = "ours" }', "whole amount"),
        ('{ unit = "same_day", amount = 1, source = "ours" }', "leave the amount out"),
        ('{ unit = "minutes", source = "ours" }', "needs an amount"),
        ('{ unit = "minutes", amount = 3, source = "" }', "no source"),
    ],
)
def test_a_wrong_limit_is_named(limit: str, text: str) -> None:
    (problem,) = told(ASSIGNED + f"close = {limit}")
    assert problem.startswith("deadlines: close")
    assert text in problem


@pytest.mark.parametrize(
    ("calendar", "text"),
    [
        ('country = "China"', "no country China"),
        ("weekdays = []\nsource = { weekdays = 'ours' }", "no weekdays"),
        ("hours = []\nsource = { hours = 'ours' }", "no working hours"),
        ("hours = [[8, 13], [12, 18]]\nsource = { hours = 'ours' }", "overlap"),
        ("hours = [[22, 6], [7, 23]]\nsource = { hours = 'ours' }", "overlap"),
        ("hours = [[9, 17]]", "hours has no source"),
        ("days_off = [2026-05-01]\nextra_working_days = [2026-05-01]", "both"),
        ("[calendar.grids.C-1]\nhours = [[9, 9.5], [9, 10]]\nsource = 'ours'", "grid C-1 has"),
        ("[calendar.grids.C-1]\nsource = ''", "grid C-1 has no source"),
    ],
)
def test_a_wrong_calendar_is_named(calendar: str, text: str) -> None:
    (problem,) = told(f"[calendar]\n{calendar}")
    assert text in problem


def test_a_year_whose_holidays_are_not_announced_is_told_of_until_the_plan_names_its_days() -> None:
    plan = plan_of('[calendar]\ncountry = "CN"')
    known = plan_warnings(plan, date(2024, 12, 1))
    (warning,) = plan_warnings(plan, date(2098, 12, 31))[:1]
    assert known == []
    assert "CN moves in 2098 are not known yet" in warning
    own = plan_of(
        '[calendar]\ncountry = "CN"\ndays_off = [2098-02-03]\nextra_working_days = [2099-02-07]'
    )
    assert plan_warnings(own, date(2098, 12, 31)) == []
    assert plan_warnings(plan_of('[calendar]\ncountry = "DE"'), date(2098, 12, 31)) == []


def test_a_grid_has_the_hours_of_the_nearest_grid_above_that_has_some() -> None:
    rules = plan_of(
        """
        [calendar]
        country = "CN"
        days_off = [2026-11-25]
        [calendar.grids.D-1]
        hours = [[22, 6]]
        public_holidays = false
        weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        source = "ours"
        [calendar.grids.C-1]
        hours = [[9, 17]]
        source = "ours"
        """
    ).calendar
    assert rules.at("UTC").hours == rules.at("UTC", ["S"]).hours == ((480, 720), (840, 1080))
    assert rules.at("UTC", ["S", "D-1", "C-2"]).hours == ((1320, 1800),)
    assert rules.at("UTC", ["S", "D-1", "C-1"]).hours == ((540, 1020),)
    night = rules.at("UTC", ["S", "D-1"])
    assert night.is_working(date(2026, 10, 1))
    assert not night.is_working(date(2026, 11, 25))
    assert not rules.at("UTC").is_working(date(2026, 10, 1))


def test_an_assignment_without_a_deadline_is_refused() -> None:
    """CA-07: the plan's limit for the category, or one that is said; never none."""
    plan = plan_of(
        ASSIGNED
        + """
        [deadlines.categories.litter]
        department = { at_issue = true, source = "ours" }
        """
    )
    facts = {
        "kind": "noise", "device": "place:yard", "rule": "report", "grade": "general",
        "warden": "p-west", "due": None, "value": None, "limit": None, "unit": "", "quantity": "",
    }  # fmt: skip
    state = fold([
        Event(event="discovered", at=NOW, actor="system:sensor", data=facts),
        Event(event="accepted", at=NOW, actor="p-west"),
    ])  # fmt: skip

    def due_of(action: Action, kind: str, due: int | None = None) -> int | str:
        scene = Scene(by=Doer("p-west"), now=NOW, limit=limits_of(plan, ["C", "C-1"], kind))
        done = step(state, Order(action=action, due=due, note="…", receiver="water"), scene)
        return str(done.missing) if isinstance(done, Refused) else done[0].data["due"]

    five_days = clock.micros(datetime(2026, 12, 2, 18, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert due_of("dispatch", "noise") == five_days
    assert due_of("dispatch", "litter") == "due"
    assert due_of("dispatch", "litter", NOW + HOUR) == NOW + HOUR
    assert due_of("dispatch", "litter", NOW) == "due"
    assert due_of("transfer", "noise") == "due"
    assert due_of("transfer", "noise", NOW + HOUR) == NOW + HOUR


def test_limits_may_stand_for_known_categories_only() -> None:
    (problem,) = told(
        ASSIGNED
        + """
        [deadlines.categories.noise]
        close = { amount = 1, unit = "working_days", source = "ours" }
        """
    )
    assert problem == "deadlines: the plan has no category noise"
