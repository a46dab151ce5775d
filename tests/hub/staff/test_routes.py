"""Staffing, letters and direct command over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import psycopg
import pytest

from hub.cases.intake import take_up
from hub.escalation.rounds import act_due
from hub.plans.read import shipped_plan
from hub.sites.domain import Grid, Holding, Name, Person
from hub.sites.rules import Eligibility, GridRules, StaffRule
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import (
    SITE,
    SPOT,
    RunningHub,
    anomaly,
    box,
    in_transaction,
    name,
    running_hub,
)
from tests.hub.roster.test_routes import approve_leave


def post(hub: RunningHub, path: str, body: dict[str, Any], by: str) -> httpx.Response:
    return hub.client.post(path, json=body, headers={"X-Gridwarden-Person": by})


def in_days(days: int, zone: str = shipped_plan("campus").time_zone) -> str:
    today = clock.moment(clock.now()).astimezone(ZoneInfo(zone)).date()
    return (today + timedelta(days=days)).isoformat()


def test_vacancies_and_members_that_may_not_be_are_listed(site_url: str) -> None:
    """GR-19, GR-20: by the plan in force."""
    rules = GridRules(
        staff=[StaffRule(role="auxiliary", level=1, source="two per grid, a notice")],
        eligibility=Eligibility(real_name=True, source="a notice"),
    )
    plan = msgspec.structs.replace(shipped_plan("campus"), grids=rules)
    with running_hub(site_url, plan=plan) as hub:
        found = hub.get("/api/staff")
    assert [(one["grid"], one["role"], one["vacant"]) for one in found["reconciled"]] == [
        ("C-1", "auxiliary", 1),
        ("C-2", "auxiliary", 1),
    ]
    assert {one["person"]["id"]: one["kind"] for one in found["concerns"]} == {
        "p-west": "not_registered",
        "p-east": "not_registered",
    }


def test_without_rules_nothing_is_asked(hub: RunningHub) -> None:
    """GR-19: a plan that says nothing on staff finds nothing."""
    assert hub.get("/api/staff") == {
        "asked": False, "reconciled": [], "checked": 0, "concerns": [],
    }  # fmt: skip


def test_a_letter_is_filed_from_above_signed_by_its_holder_and_expires(hub: RunningHub) -> None:
    """GR-26: goals, signature date and expiry per level; the unsigned are listed."""
    lacking = [
        (one["grid"], one["lack"]) for one in hub.get("/api/responsibility-letters")["unsigned"]
    ]
    assert lacking == [("C-1", "no_letter"), ("C-2", "no_letter")]
    order = {"grid": "C-1", "goals": "No fire with casualties", "expires": in_days(365)}
    assert post(hub, "/api/responsibility-letters", order, "p-west").status_code == 403
    filed = post(hub, "/api/responsibility-letters", order, "p-chief").json()
    assert (filed["person"]["id"], filed["upper"]["id"], filed["signed"]) == (
        "p-west",
        "p-chief",
        None,
    )
    assert hub.get("/api/responsibility-letters")["unsigned"][0]["lack"] == "unsigned"
    path = f"/api/responsibility-letters/{filed['id']}/signature"
    assert post(hub, path, {}, "p-chief").status_code == 403
    assert post(hub, path, {"signed": in_days(3)}, "p-west").status_code == 409
    assert post(hub, path, {}, "p-west").json()["signed"] == in_days(0)
    assert post(hub, path, {}, "p-west").status_code == 409
    assert [one["grid"] for one in hub.get("/api/responsibility-letters")["unsigned"]] == ["C-2"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_letter_is_signed_on_the_day_that_the_sites_clock_shows(site_url: str, zone: str) -> None:
    """GR-26: whatever the time zone of the machine: these two are 25 hours apart."""
    plan = msgspec.structs.replace(shipped_plan("campus"), time_zone=zone)
    with running_hub(site_url, plan=plan) as hub:
        order = {"grid": "C-1", "goals": "No fire", "expires": in_days(9, zone)}
        filed = post(hub, "/api/responsibility-letters", order, "p-chief").json()
        path = f"/api/responsibility-letters/{filed['id']}/signature"
        assert post(hub, path, {}, "p-west").json()["signed"] == in_days(0, zone)


@pytest.mark.parametrize(
    ("change", "status"),
    [({"grid": "C-9"}, 409), ({"goals": " "}, 409), ({"expires": "2020-01-01"}, 409)],
)
def test_a_letter_that_says_nothing_is_refused(
    hub: RunningHub, change: dict[str, str], status: int
) -> None:
    """GR-26: of a held grid, with goals, and not over already."""
    order = {"grid": "C-1", "goals": "No fire", "expires": in_days(9)} | change
    assert post(hub, "/api/responsibility-letters", order, "p-chief").status_code == status
    assert post(hub, "/api/responsibility-letters/7/signature", {}, "p-west").status_code == 404


DEEP = msgspec.structs.replace(
    SITE,
    levels=[name("Campus"), name("District"), name("Grid")],
    grids=[
        Grid("C", None, name("Campus"), box(0, 200)),
        Grid("D", "C", name("District"), box(0, 200)),
        Grid("C-1", "D", name("West"), box(0, 100)),
        Grid("C-2", "D", name("East"), box(100, 200)),
    ],
    people=[*SITE.people, Person("p-district", Name("District", "片长"), "chief")],
    holdings=[
        Holding("C", "p-chief"),
        Holding("D", "p-district"),
        Holding("C-1", "p-west"),
        Holding("C-2", "p-east"),
    ],
)


def test_under_direct_command_the_levels_between_are_left_out(database_url: str) -> None:
    """GR-24: a switch of the root's holder, dated and logged, and what it does to a case."""
    in_transaction(database_url, lambda conn: load_site(conn, DEEP))
    spot = msgspec.structs.replace(SPOT, grid_path=("C", "D", "C-1"))
    later = clock.now() + 900_000_000

    def responsible(hub: RunningHub) -> Any:
        case = hub.get("/api/cases")["items"][0]["id"]
        return hub.get(f"/api/cases/{case}")["log"][0]["data"]["responsible"]

    async def take(conn: Any, kind: str = "hydrant_low_pressure") -> None:
        await take_up(conn, anomaly(kind=kind, rule=kind), spot, clock.now(), acknowledge_s=300)

    with running_hub(database_url) as hub:
        assert hub.get("/api/direct-command") == {"active": False, "log": []}
        on = {"active": True, "reason": "Flood drill"}
        assert post(hub, "/api/direct-command", on, "p-district").status_code == 403
        assert post(hub, "/api/direct-command", on | {"reason": ""}, "p-chief").status_code == 409
        switched = post(hub, "/api/direct-command", on, "p-chief").json()
        assert (switched["active"], switched["log"][0]["reason"]) == (True, "Flood drill")
        assert post(hub, "/api/direct-command", on, "p-chief").status_code == 409
        in_transaction(database_url, take)
        assert responsible(hub)["main"] == "p-chief"
        in_transaction(database_url, lambda conn: act_due(conn, later, plan=shipped_plan("campus")))
        assert hub.get("/api/cases")["items"][0]["owner"]["id"] == "p-chief"
        approve_leave(database_url, "p-west", later - 1_800_000_000, later)
        lines = {line["code"]: line for line in hub.get("/api/grids")}
        assert lines["C-1"]["answers"]["person"]["id"] == "p-chief"
        off = {"active": False, "reason": "Drill over"}
        assert post(hub, "/api/direct-command", off, "p-chief").json()["active"] is False
        lines = {line["code"]: line for line in hub.get("/api/grids")}
        assert lines["C-1"]["answers"]["person"]["id"] == "p-district"
        in_transaction(database_url, lambda conn: take(conn, "hydrant_knocked"))
        assert responsible(hub)["main"] == "p-district"
    with psycopg.connect(database_url) as conn, pytest.raises(psycopg.Error):
        conn.execute("delete from hub.direct_command")
