"""Registers over HTTP, on a real database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from edge.columns import Reading
from hub.plans.read import shipped_plan
from hub.registers.domain import RegisterRules
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import SITE, RunningHub, commit_readings, in_transaction, running_hub

PARTS = ["grids", "people", "devices", "places", "households", "units"]


def registers(hub: RunningHub) -> dict[str, Any]:
    return {register["id"]: register for register in hub.get("/api/registers")["items"]}


def confirm(hub: RunningHub, register: str, person: str = "p-chief") -> httpx.Response:
    path = f"/api/registers/{register}/confirmations"
    body = {"note": "Walked all floors with the list."}
    return hub.client.post(path, json=body, headers={"X-Gridwarden-Person": person})


def load_days_ago(url: str, days: float) -> None:
    now = clock.now() - round(days * 86_400_000_000)
    in_transaction(url, lambda conn: load_site(conn, SITE, now=now))


def test_a_load_confirms_the_sites_registers_and_says_how_many_entries_each_has(
    hub: RunningHub,
) -> None:
    """SE-17 in part: the age of each register's data."""
    found = registers(hub)
    assert list(found)[: len(PARTS)] == PARTS
    counts = {part: found[part]["entries"] for part in PARTS}
    assert counts == dict(zip(PARTS, (3, 3, 4, 2, 0, 0), strict=True))
    for part in PARTS:
        assert (found[part]["how"], found[part]["by"]) == ("load", None)
        assert 0 <= found[part]["age_s"] < 60
        assert not found[part]["stale"]


def test_device_and_registers_tell_their_age_and_whether_it_is_stale(database_url: str) -> None:
    """SE-17: a device after three missed reports (here of 5 s), a register after 90 days."""
    load_days_ago(database_url, 91)
    now = clock.now()
    for device, age_s in (("hydrant-07", 14), ("hydrant-08", 17)):
        commit_readings(database_url, Reading(device, "pressure", now - age_s * 1_000_000, 0.3))
    with running_hub(database_url) as hub:
        hub.get("/api/site")  # the client has its token now
        asked = clock.now()
        devices = {device["id"]: device for device in hub.get("/api/devices")}
        assert confirm(hub, "people").status_code == 201
        found = registers(hub)
    for device in ("hydrant-07", "hydrant-08"):
        seen = datetime.fromisoformat(devices[device]["last_seen"])
        age_s = (clock.moment(asked) - seen).total_seconds()
        stale = age_s > devices[device]["stale_after_s"]
        assert devices[device]["stale_after_s"] == 15
        assert devices[device]["state"] == ("silent" if stale else "ok")
    assert devices["hydrant-08"]["state"] == "silent"
    assert (found["devices"]["stale"], found["people"]["stale"]) == (True, False)
    assert found["devices"]["age_s"] == pytest.approx(91 * 86_400, abs=60)


def test_what_nobody_confirmed_for_ninety_days_is_stale_until_somebody_does(
    database_url: str,
) -> None:
    """SE-17 in part: registers 90 days; who confirmed it is told, and the others stay stale."""
    load_days_ago(database_url, 91)
    with running_hub(database_url) as hub:
        found = registers(hub)
        stale = [part for part in PARTS if found[part]["stale"]]
        assert stale == ["grids", "people", "devices", "places"]  # the others are empty
        answer = confirm(hub, "devices")
        assert answer.status_code == 201, answer.text
        found = registers(hub)
        assert answer.json()["by"] == found["devices"]["by"]
        assert found["devices"]["by"]["id"] == "p-chief"
        assert not found["devices"]["stale"]
        assert found["places"]["stale"]
        history = hub.get("/api/registers/devices/confirmations")["items"]
        assert [(one["how"], one["note"]) for one in history] == [
            ("person", "Walked all floors with the list."),
            ("load", ""),
        ]


def test_loading_the_site_file_again_confirms_what_was_stale(database_url: str) -> None:
    """SE-17 in part: a load is a confirmation."""
    load_days_ago(database_url, 91)
    load_days_ago(database_url, 0)
    with running_hub(database_url) as hub:
        assert [part for part in PARTS if registers(hub)[part]["stale"]] == []


def test_the_plan_says_after_how_many_days(database_url: str) -> None:
    load_days_ago(database_url, 31)
    campus = shipped_plan("campus")
    assert campus.registers.stale_days == 90
    monthly = msgspec.structs.replace(campus, registers=RegisterRules(stale_days=30))
    with running_hub(database_url, plan=monthly) as hub:
        assert registers(hub)["people"]["stale"]
        assert hub.get("/api/registers")["stale_days"] == 30


def test_an_unknown_person_or_register_is_told_so(hub: RunningHub) -> None:
    assert confirm(hub, "devices", "nobody").status_code == 403
    assert confirm(hub, "submarines").status_code == 404
    assert hub.client.get("/api/registers/submarines/confirmations").status_code == 404


def test_who_confirmed_what_can_only_grow(hub: RunningHub) -> None:
    with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error):
        conn.execute("delete from hub.register_confirmations")
