"""Shut-offs over HTTP, on a real database, with a follower that judges beside it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from edge.columns import Reading
from hub.plans.domain import LimitRule, Plan
from hub.plans.read import shipped_plan
from ingest import clock
from tests.hub.make import RunningHub, commit_readings, running_hub

TEXTS = {"measure": "Two tankers stand at gate 3.", "notice": "Notice at all doors."}


def ask(hub: RunningHub, person: str = "p-chief", **changes: Any) -> httpx.Response:
    now = clock.moment(clock.now())
    body = {
        "from": (now - timedelta(minutes=1)).isoformat(),
        "to": (now + timedelta(hours=2)).isoformat(),
        "hydrants": ["hydrant-07"],
    }
    headers = {"X-Gridwarden-Person": person}
    return hub.client.post("/api/shut-offs", json=body | TEXTS | changes, headers=headers)


def end(hub: RunningHub, shut_off: int) -> httpx.Response:
    headers = {"X-Gridwarden-Person": "p-chief"}
    return hub.client.post(f"/api/shut-offs/{shut_off}/end", headers=headers)


def test_a_shut_off_is_planned_listed_and_ended_and_says_who_did_it(hub: RunningHub) -> None:
    """SE-08"""
    planned = ask(hub)
    assert planned.status_code == 201, planned.text
    (listed,) = hub.get("/api/shut-offs")["items"]
    assert listed == planned.json()
    assert listed["lasts"]
    assert end(hub, listed["id"]).json()["ended"] is not None
    assert hub.get("/api/shut-offs")["items"] == []
    (over,) = hub.get("/api/shut-offs", all=True)["items"]
    assert [(entry["event"], entry["actor"]) for entry in over["history"]] == [
        ("planned", "p-chief"),
        ("ended", "p-chief"),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measure": ""}, "body.measure"),
        ({"notice": " "}, "body.notice"),
        ({"hydrants": ["camera-01"]}, "body.hydrants"),
        ({"hydrants": []}, "body.hydrants"),
    ],
)
def test_none_is_accepted_without_measure_notice_and_hydrants(
    hub: RunningHub, changes: dict[str, Any], field: str
) -> None:
    """SE-08: only with an interim measure and a notice to residents."""
    refused = ask(hub, **changes)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert hub.get("/api/shut-offs", all=True)["items"] == []


def test_an_unknown_person_or_shut_off_is_told_so(hub: RunningHub) -> None:
    assert ask(hub, person="nobody").status_code == 403
    assert end(hub, 99).status_code == 404
    planned = ask(hub).json()
    assert end(hub, planned["id"]).status_code == 200
    assert end(hub, planned["id"]).status_code == 409


def test_the_history_can_only_grow(hub: RunningHub) -> None:
    """SE-08: who did what stays."""
    ask(hub)
    with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error):
        conn.execute("update hub.shut_off_events set actor = 'somebody-else'")


def quick() -> Plan:
    campus = shipped_plan("campus")
    low = campus.rules["hydrant_low_pressure"]
    assert isinstance(low, LimitRule)
    rules = {"hydrant_low_pressure": msgspec.structs.replace(low, duration_s=0)}
    return msgspec.structs.replace(campus, rules=rules)


def anomalies(url: str) -> list[tuple[str, bool]]:
    with psycopg.connect(url) as conn:
        return conn.execute("select device, muted from hub.anomalies order by device").fetchall()


def wait_for(url: str, wanted: list[tuple[str, bool]]) -> None:
    until = time.monotonic() + 10
    while anomalies(url) != wanted and time.monotonic() < until:
        time.sleep(0.05)
    assert anomalies(url) == wanted


def test_a_running_follower_mutes_and_arms_again_at_once_also_after_a_restart(
    site_url: str,
) -> None:
    """SE-08: log entries meanwhile, a case at the end, over a restart of the hub."""

    def low(device: str) -> Reading:
        return Reading(device, "pressure", clock.now(), 0.1)

    with running_hub(site_url, plan=quick()) as hub:
        planned = ask(hub).json()
        time.sleep(0.5)  # the follower hears of it
        commit_readings(site_url, low("hydrant-07"), low("hydrant-08"))
        wait_for(site_url, [("hydrant-07", True), ("hydrant-08", False)])
        assert [case["device"] for case in hub.get("/api/cases")["items"]] == ["hydrant-08"]
    with running_hub(site_url, plan=quick()) as hub:
        time.sleep(0.5)
        assert len(anomalies(site_url)) == 2
        assert [muted for _, muted in anomalies(site_url)] == [True, False]
        ended = clock.now()
        end(hub, planned["id"])
        wait_for(site_url, [("hydrant-07", False), ("hydrant-08", False)])
        assert clock.now() - ended < 2_000_000
        devices = [case["device"] for case in hub.get("/api/cases")["items"]]
        assert devices == ["hydrant-07", "hydrant-08"]
