"""Devices, pictures and dead letters over HTTP, on a real database."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec
import psycopg
import pytest

from edge.columns import Reading
from hub.sites.domain import Agent, Body, Care, SiteDocument
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import (
    SITE,
    RunningHub,
    anomaly,
    commit_readings,
    in_transaction,
    load,
    name,
    raise_case,
    running_hub,
)


def test_dead_letters_are_listed_without_their_payload(hub: RunningHub) -> None:
    with psycopg.connect(hub.database_url) as conn:
        for number in range(3):
            conn.execute(
                "insert into dead_letters (received, topic, reason, payload)"
                " values (now(), 'gw/1/x', %s, '\\x00ff')",
                [f"reason {number}"],
            )
        conn.execute("insert into counters values ('dead_letters_evicted', 7)")
    letters = hub.get("/api/dead-letters", limit=2)
    assert [item["reason"] for item in letters["items"]] == ["reason 2", "reason 1"]
    assert (letters["total"], letters["items"][0]["bytes"]) == (3, 2)
    assert letters["evicted"] == 7
    assert "payload" not in letters["items"][0]


def test_pictures_of_a_case_are_served_for_ever(hub: RunningHub) -> None:
    now = clock.now()
    with psycopg.connect(hub.database_url) as conn:
        day = now // 86_400_000_000 * 86_400_000_000
        days = [clock.moment(day), clock.moment(day + 86_400_000_000)]
        conn.execute("select add_partition('detections', %s, %s)", days)
        conn.execute(
            "insert into detections (time, device, kind, zone, score, snapshot, received)"
            " select %s, id, 'fire', 'hall', 0.9, '\\xffd8ff', now() from devices"
            " where name = 'camera-01'",
            [clock.moment(now)],
        )
    fire = anomaly("camera-01", now - 10, kind="camera_fire", quantity="fire", limit=None)
    raise_case(hub.database_url, fire)
    case = hub.get("/api/cases")["items"][0]["id"]
    evidence = hub.get(f"/api/cases/{case}")["evidence"]
    assert evidence["snapshots"] == [f"/api/snapshots/camera-01/{now}.jpg"]
    assert evidence["quantity"] == "fire"
    picture = hub.client.get(evidence["snapshots"][0])
    assert (picture.content, picture.headers["content-type"]) == (b"\xff\xd8\xff", "image/jpeg")
    assert "immutable" in picture.headers["cache-control"]


def cared_for() -> SiteDocument:
    """The small site with bodies: care by kind, one hydrant with a repairer of its own."""
    ours, works = Body("estates", name("Estates"), "010-0000-1001"), Body("works", name("Works"))
    devices = [
        msgspec.structs.replace(device, repair="estates") if device.id == "hydrant-08" else device
        for device in SITE.devices
    ]
    kinds = ("hydrant", "camera", "reader")
    care = {kind: Care("estates", "works") for kind in kinds} | {"agent": Care("estates")}
    agents = [Agent("agent-1", "east-spot", repair="works"), Agent("agent-2")]
    return msgspec.structs.replace(
        SITE, devices=devices, bodies=[ours, works], care=care, agents=agents
    )


def test_devices_are_listed_with_place_grid_owner_repairer_state_and_last_seen(
    database_url: str,
) -> None:
    """SE-01: every reader, sensor and camera, with what the site's file and its readings say."""
    in_transaction(database_url, lambda conn: load_site(conn, cared_for()))
    now = clock.now()
    commit_readings(database_url, Reading("hydrant-08", "pressure", now, 0.3))
    with running_hub(database_url) as hub:
        devices = {device["id"]: device for device in hub.get("/api/devices")}
        bodies = {body["id"]: body for body in hub.get("/api/site")["bodies"]}
    assert sorted(devices) == ["camera-01", "hydrant-07", "hydrant-08", "reader-01"]
    assert devices["hydrant-07"] == {
        "id": "hydrant-07",
        "kind": "hydrant",
        "place": "west-spot",
        "at": [50, 50],
        "grid": "C-1",
        "agent": "agent-1",
        "owner": "estates",
        "repair": "works",
        "state": "unknown",
        "last_seen": None,
        "latest": [],
        "stale_after_s": 15,
    }
    heard = devices["hydrant-08"]
    assert (heard["grid"], heard["owner"], heard["repair"]) == ("C-2", "estates", "estates")
    assert heard["state"] == "ok"
    assert datetime.fromisoformat(heard["last_seen"]).timestamp() == pytest.approx(now / 1e6, abs=1)
    assert devices["camera-01"]["repair"] == devices["reader-01"]["repair"] == "works"
    assert devices["reader-01"]["stale_after_s"] is None
    assert (bodies["estates"]["name"]["en"], bodies["estates"]["phone"]) == (
        "Estates",
        "010-0000-1001",
    )


def test_agents_are_listed_with_the_same_before_and_after_their_first_report(
    database_url: str,
) -> None:
    """SE-01: every edge agent; one that never reported is known, too."""
    in_transaction(database_url, lambda conn: load_site(conn, cared_for()))
    with running_hub(database_url) as hub:
        first, second = hub.get("/api/agents")
        assert (first["kind"], first["place"], first["grid"]) == ("agent", "east-spot", "C-2")
        assert (first["owner"], first["repair"]) == ("estates", "works")
        assert (first["online"], first["reported"], first["stale_after_s"]) == (False, None, 180)
        assert (second["place"], second["owner"], second["repair"]) == (None, "estates", None)
        with psycopg.connect(database_url) as conn:
            state = '{"agent": "agent-1", "online": true}'
            insert = "insert into agents values ('agent-1', 'sample', true, now(), %s)"
            conn.execute(insert, [state])
        first, _ = hub.get("/api/agents")
        assert first["online"]
        assert first["reported"] is not None
        assert first["place"] == "east-spot"


def test_an_agent_nobody_listed_stands_with_its_devices(hub: RunningHub) -> None:
    (agent,) = hub.get("/api/agents")
    assert (agent["name"], agent["place"], agent["grid"]) == ("agent-1", "west-spot", "C-1")
    assert (agent["owner"], agent["repair"]) == (None, None)


def test_a_device_nobody_registered_is_listed_apart(hub: RunningHub) -> None:
    with psycopg.connect(hub.database_url) as conn:
        conn.execute("insert into devices (name, registered) values ('stranger', false)")
    (stranger,) = hub.get("/api/devices", registered=False)
    assert (stranger["id"], stranger["kind"], stranger["at"]) == ("stranger", None, None)


def test_what_was_stored_before_the_start_is_known_at_once(site_url: str) -> None:
    now = clock.now()
    commit_readings(
        site_url,
        Reading("hydrant-07", "pressure", now - 5, 0.2),
        Reading("hydrant-07", "pressure", now, 0.3),
    )
    with running_hub(site_url) as hub:
        devices = {device["id"]: device for device in hub.get("/api/devices")}
    assert devices["hydrant-07"]["state"] == "ok"
    assert [reading["value"] for reading in devices["hydrant-07"]["latest"]] == [0.3]


def test_a_new_site_is_taken_in_while_the_hub_runs(database_url: str) -> None:
    with running_hub(database_url) as hub:
        assert hub.get("/api/devices") == []
        load(database_url)
        for _ in range(100):
            if hub.get("/api/devices"):
                break
            time.sleep(0.02)
        assert len(hub.get("/api/devices")) == 4
        assert len(hub.get("/api/site")["people"]) == 3
