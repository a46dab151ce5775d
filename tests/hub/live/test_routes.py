"""Devices, pictures and dead letters over HTTP, on a real database."""

from __future__ import annotations

import time

import psycopg

from edge.columns import Reading
from ingest import clock
from tests.hub.make import RunningHub, anomaly, commit_readings, load, raise_case, running_hub


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


def test_devices_are_listed_with_their_place(hub: RunningHub) -> None:
    """SE-01 in part: kind, place, grid, state and last seen; owners are not registered yet."""
    devices = {device["id"]: device for device in hub.get("/api/devices")}
    assert sorted(devices) == ["camera-01", "hydrant-07", "hydrant-08", "reader-01"]
    assert devices["hydrant-07"] | {"latest": [], "last_seen": None} == {
        "id": "hydrant-07",
        "kind": "hydrant",
        "place": "west-spot",
        "at": [50, 50],
        "grid": "C-1",
        "agent": "agent-1",
        "state": "unknown",
        "last_seen": None,
        "latest": [],
        "stale_after_s": 15,
    }
    assert devices["reader-01"]["stale_after_s"] is None


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
