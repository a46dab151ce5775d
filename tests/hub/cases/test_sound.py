"""The positive alarm sequence with a running follower, over restarts of the hub."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import msgspec

from edge.columns import Reading
from hub.plans.domain import Plan, PositiveAlarm
from hub.plans.read import shipped_plan
from hub.sites.domain import Device
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import SITE, RunningHub, commit_readings, in_transaction, running_hub

SMOKE = msgspec.structs.replace(
    SITE, devices=[*SITE.devices, Device("smoke-1", "smoke", "west-spot", (50, 50), "agent-1", 60)]
)


def plan(**sequence: float) -> Plan:
    demo = shipped_plan("demo")
    rules = {"smoke_alarm": demo.rules["smoke_alarm"]}
    terms = PositiveAlarm(**sequence) if sequence else None
    return msgspec.structs.replace(demo, rules=rules, positive_alarm=terms)


def log(hub: RunningHub) -> list[dict[str, Any]]:
    (case,) = hub.get("/api/cases")["items"]
    told: list[dict[str, Any]] = hub.get(f"/api/cases/{case['id']}")["log"]
    return [entry for entry in told if entry["event"] != "unpictured"]  # there is no agent


def wait_for(hub: RunningHub, events: list[str]) -> list[dict[str, Any]]:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if hub.get("/api/cases")["items"] and [one["event"] for one in log(hub)] == events:
            break
        time.sleep(0.05)
    assert [one["event"] for one in log(hub)] == events
    return log(hub)


def alarm(url: str) -> None:
    in_transaction(url, lambda conn: load_site(conn, SMOKE))
    commit_readings(url, Reading("smoke-1", "alarm", clock.now(), 1.0))


def people(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["person"], one["as"]) for one in entry["data"]["notify"]]


def test_an_alarm_tells_everybody_in_its_first_event(database_url: str) -> None:
    """HZ-07: an emergency at once; holder, upper centre and neighbours at the same time."""
    alarm(database_url)
    with running_hub(database_url, plan=plan()) as hub:
        (first,) = wait_for(hub, ["discovered"])
        assert first["data"]["grade"] == "emergency"
        assert people(first) == [
            ("p-west", "holder"),
            ("p-chief", "upper"),
            ("p-east", "neighbour"),
        ]


def test_with_the_sequence_everybody_is_told_when_nobody_acknowledges_also_after_a_restart(
    database_url: str,
) -> None:
    """HZ-07: due to the second, across restarts."""
    alarm(database_url)
    terms = plan(acknowledge_s=3)
    with running_hub(database_url, plan=terms) as hub:
        (first,) = wait_for(hub, ["discovered"])
        assert people(first) == [("p-west", "holder")]
    with running_hub(database_url, plan=terms) as hub:
        first, second = wait_for(hub, ["discovered", "alarmed"])
        assert second["data"]["why"] == "not_acknowledged"
        assert len(people(second)) == 3
        opened, told = (hub_time(entry["at"]) for entry in (first, second))
        assert 3 <= told - opened < 10


def test_who_acknowledges_has_time_to_look(database_url: str) -> None:
    """HZ-07"""
    alarm(database_url)
    with running_hub(database_url, plan=plan(acknowledge_s=5, investigate_s=1)) as hub:
        wait_for(hub, ["discovered"])
        (case,) = hub.get("/api/cases")["items"]
        assert hub.step(case["id"], "accept").status_code == 200
        told = wait_for(hub, ["discovered", "accepted", "alarmed"])
        assert told[-1]["data"]["why"] == "investigated"
        waited = hub_time(told[2]["at"]) - hub_time(told[1]["at"])
        assert 1 <= waited < 2


def hub_time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
