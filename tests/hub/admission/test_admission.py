"""The admission list: what grid staff get, and that two people change it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from hub.admission.domain import admission_list, not_admitted
from hub.cases.lifecycle import shipped_rules
from hub.plans.check import check_plan
from hub.plans.read import read_plan, shipped_plan
from tests.hub.make import RunningHub, running_hub

CATEGORY = """
[categories.illegal_parking]
title = { en = "Illegal parking", zh = "违停" }
sort = "event"
about = ["lane"]
grade = "general"
due_minutes = 60
lead = "traffic_police"
implementing = "towing"
matter = "enforcement"
source = { due_minutes = "ours" }

[departments.traffic_police]
title = { en = "Traffic police", zh = "交警" }
leader = "Captain (sample)"
office = "Duty room"
liaison = "p-east"

[departments.towing]
title = { en = "Towing firm", zh = "拖车公司" }
"""
PLAN = read_plan(
    'format = 1\nname = "own"\ntitle = { en = "Own", zh = "自定" }\n[rules]\n' + CATEGORY
)


def test_grid_staff_get_no_enforcement() -> None:
    """CA-17: by the category's matter; whoever is no grid staff gets it."""
    (entry,) = admission_list(PLAN.categories, shipped_rules(), [])
    assert (entry.admitted, entry.matter) == (False, "enforcement")
    assert "admission list" in (not_admitted(entry, "warden", shipped_rules()) or "")
    assert not_admitted(entry, "desk", shipped_rules()) is None
    assert not_admitted(None, "warden", shipped_rules()) is None


def test_departments_have_leader_office_and_liaison_and_no_category_is_without_owner() -> None:
    """CA-15, CA-14: the department table routes each category, or the plan is refused."""
    assert check_plan(PLAN) == []
    police = PLAN.departments["traffic_police"]
    assert (police.leader, police.office, police.liaison) == (
        "Captain (sample)", "Duty room", "p-east"
    )  # fmt: skip
    route = PLAN.route("illegal_parking")
    assert route is not None
    assert (route.lead, route.implementing) == ("traffic_police", "towing")
    head = 'format = 1\nname = "own"\ntitle = { en = "Own", zh = "自定" }\n[rules]\n'
    ownerless = read_plan(head + CATEGORY.replace('lead = "traffic_police"\n', ""))
    assert any("no owner" in problem.text for problem in check_plan(ownerless))
    for plan in (shipped_plan("campus"), shipped_plan("demo")):
        assert all(category.lead in plan.departments for category in plan.categories.values())
        assert {category.sort for category in plan.categories.values()} == {"event", "component"}


def test_every_category_is_an_event_or_a_component() -> None:
    """HZ-01: others are refused."""
    head = 'format = 1\nname = "own"\ntitle = { en = "Own", zh = "自定" }\n[rules]\n'
    with pytest.raises(ValueError, match="sort"):
        read_plan(head + CATEGORY.replace('sort = "event"', 'sort = "rumour"'))


def change(hub: RunningHub, admitted: bool, person: str) -> Any:
    body = {"category": "illegal_parking", "admitted": admitted, "reason": "Trained in May."}
    headers = {"X-Gridwarden-Person": person}
    return hub.client.post("/api/admission/changes", json=body, headers=headers)


def decide(hub: RunningHub, number: int, person: str, agreed: bool = True) -> Any:
    address, headers = f"/api/admission/changes/{number}/decision", {"X-Gridwarden-Person": person}
    return hub.client.post(address, json={"agreed": agreed, "note": "Meeting 12"}, headers=headers)


def test_a_case_of_an_excluded_matter_is_dispatched_to_grid_staff_after_two_agreed(
    site_url: str,
) -> None:
    """CA-17: changes of the list need approval."""
    with psycopg.connect(site_url) as conn:  # a second person who may decide
        conn.execute("update hub.people set role = 'commander' where id = 'p-east'")
    with running_hub(site_url, plan=PLAN) as hub:
        body = {"category": "illegal_parking", "where": {"device": "camera-01"}, "words": "Van."}
        case = hub.client.post("/api/reports", json=body).json()["case"]["id"]
        assert hub.step(case, "accept", person="p-chief").status_code == 200
        refused = hub.step(case, "dispatch", to="p-west", person="p-chief")
        assert (refused.status_code, "admission list" in refused.text) == (409, True)
        assert hub.get("/api/admission")["items"][0]["admitted"] is False

        asked = change(hub, True, "p-chief")
        assert asked.status_code == 201, asked.text
        number = asked.json()["id"]
        assert change(hub, True, "p-chief").status_code == 409
        assert decide(hub, number, "p-chief").status_code == 403
        assert hub.step(case, "dispatch", to="p-west", person="p-chief").status_code == 409
        decided = decide(hub, number, "p-east")
        assert decided.status_code == 200, decided.text
        assert decide(hub, number, "p-east", agreed=False).status_code == 409
        assert hub.get("/api/admission")["items"][0]["admitted"] is True
        dispatched = hub.step(case, "dispatch", to="p-west", person="p-chief")
        assert dispatched.status_code == 200, dispatched.text
        assert dispatched.json()["progress"]["implementing"] == "towing"
    with psycopg.connect(site_url) as conn, pytest.raises(psycopg.Error, match="stays"):
        conn.execute("update hub.admission_changes set admitted = false")
