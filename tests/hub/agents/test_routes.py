"""Commands to agents over HTTP, on a real database; and once all the way to a real camera."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import psycopg
import pytest

from edge.agent import run_agent
from edge.command import Reply
from edge.settings import EdgeSettings
from gridwarden.embedded.broker import EmbeddedBroker
from ingest.commands import note_replies
from tests.hub.make import RunningHub
from tests.ingest.test_worker import worker_thread


@pytest.fixture
def agent(hub: RunningHub) -> str:
    with psycopg.connect(hub.database_url) as conn:
        state = '{"agent": "cameras", "online": false}'
        conn.execute("insert into agents values ('cameras', 'campus', false, now(), %s)", [state])
    return "cameras"


def ask(hub: RunningHub, agent: str, order: dict[str, Any], **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    body = {"order": order} | more
    return hub.client.post(f"/api/agents/{agent}/commands", json=body, headers=headers)


def test_a_command_waits_in_the_store_for_ingest(hub: RunningHub, agent: str) -> None:
    heard = psycopg.connect(hub.database_url, autocommit=True)
    heard.execute("listen gridwarden_commands")
    asked = ask(hub, agent, {"do": "snapshot", "device": "camera-1"}, valid_s=60)
    assert asked.status_code == 202
    command = asked.json()
    assert (command["do"], command["state"], command["picture"]) == ("snapshot", "waiting", None)
    assert [notice.channel for notice in heard.notifies(timeout=5, stop_after=1)]
    heard.close()
    assert hub.get(f"/api/agents/{agent}/commands/{command['id']}") == command
    with psycopg.connect(hub.database_url) as conn:
        conn.execute(
            "update agent_commands set state = 'done', answered = now(), detail = '{\"time\": 7}'"
        )
    done = hub.get(f"/api/agents/{agent}/commands/{command['id']}")
    assert (done["state"], done["picture"]) == ("done", "/api/snapshots/camera-1/7.jpg")


def test_the_same_key_asks_once(hub: RunningHub, agent: str) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = ask(hub, agent, {"do": "report_now"}, headers=key).json()
    assert ask(hub, agent, {"do": "report_now"}, headers=key).json() == first
    assert first["id"] == "k-1"
    other = ask(hub, agent, {"do": "link_test"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:gridwarden:problem:key-reused")


def test_an_agents_file_is_not_told_again(hub: RunningHub, agent: str) -> None:
    command = ask(hub, agent, {"do": "configure", "file": "password = 1"})
    assert command.status_code == 202
    assert "password" not in command.text


def test_commands_are_listed_newest_first(hub: RunningHub, agent: str) -> None:
    orders: list[dict[str, Any]] = [
        {"do": "report_now"},
        {"do": "snapshot", "device": "camera-1"},
        {"do": "configure", "file": "password = 'secret'"},
    ]
    asked = [ask(hub, agent, order).json() for order in orders]
    path = f"/api/agents/{agent}/commands"
    whole = hub.get(path)
    assert whole == {"items": asked[::-1], "next": None}
    assert [item["device"] for item in whole["items"]] == [None, "camera-1", None]
    assert "secret" not in str(whole)
    first = hub.get(path, limit=2)
    second = hub.get(path, limit=2, cursor=first["next"])
    assert (first["items"] + second["items"], second["next"]) == (asked[::-1], None)
    assert hub.client.get(path, params={"cursor": "x"}).status_code == 422
    assert hub.client.get("/api/agents/nobody/commands").status_code == 404


def test_the_key_of_an_ended_configuration_still_asks_once(hub: RunningHub, agent: str) -> None:
    key = {"Idempotency-Key": "k-1"}
    order = {"do": "configure", "file": "password = 'secret'"}
    asked = ask(hub, agent, order, headers=key)
    other = ask(hub, agent, order | {"file": "x = 1"}, headers=key)
    assert (asked.status_code, other.status_code) == (202, 422)
    with psycopg.connect(hub.database_url) as conn:
        note_replies(conn, [Reply("k-1", agent, 0, "done")])
        assert conn.execute('select "order" from agent_commands').fetchone() == (
            {"do": "configure", "file": ""},
        )
    again = ask(hub, agent, order, headers=key)
    assert (again.status_code, again.json()["state"]) == (202, "done")
    assert ask(hub, agent, {"do": "report_now"}, headers=key).status_code == 422


@pytest.mark.parametrize(
    "order", [{"do": "reboot"}, {"do": "snapshot"}, {"do": "snapshot", "device": "a b"}, {}]
)
def test_an_order_nobody_knows_is_refused(
    hub: RunningHub, agent: str, order: dict[str, Any]
) -> None:
    assert ask(hub, agent, order).status_code == 422


def test_who_never_reported_cannot_be_asked(hub: RunningHub) -> None:
    answer = ask(hub, "nobody", {"do": "report_now"})
    assert (answer.status_code, "GET /api/agents" in answer.json()["detail"]) == (404, True)
    assert hub.client.get("/api/agents/nobody/commands/x").status_code == 404


def test_an_agent_is_listed_with_its_link_test(hub: RunningHub, agent: str) -> None:
    (listed,) = [one for one in hub.get("/api/agents") if one["name"] == agent]
    assert (listed["duty"], listed["link_test"]) == (None, None)
    with psycopg.connect(hub.database_url) as conn:
        conn.execute(
            """update agents set state = '{"agent": "cameras", "online": true, "duty": "testing",
               "link_test": {"tested": 1795000000000000, "passed": false, "rounds": 0,
                             "reason": "nobody"}}'"""
        )
    (listed,) = [one for one in hub.get("/api/agents") if one["name"] == agent]
    assert listed["duty"] == "testing"
    assert listed["link_test"] == {
        "tested": "2026-11-18T11:06:40.000Z",
        "passed": False,
        "rounds": 0,
        "median_ms": 0,
        "slowest_ms": 0,
        "reason": "nobody",
    }


def film(path: Path) -> Path:
    """Two seconds of a square that moves."""
    code = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), code, 10, (160, 120))
    for number in range(20):
        frame = np.full((120, 160, 3), 90, np.uint8)
        frame[40:80, 4 * number : 4 * number + 40] = (200, 180, 60)
        writer.write(frame)
    writer.release()
    return path


def test_a_picture_that_is_asked_for_comes_from_the_camera_to_the_page(
    hub: RunningHub, make_broker: Callable[[], EmbeddedBroker], tmp_path: Path
) -> None:
    """SE-15 in part: a picture on request."""
    broker, stop = make_broker().url, threading.Event()
    film(tmp_path / "film.avi")
    file = tmp_path / "cameras.toml"
    file.write_text(
        'agent = "cameras"\n[[driver]]\nkind = "camera"\ndevice = "camera-1"\n'
        'source = "film.avi"\nloop = true\n'
    )
    more: dict[str, Any] = {"username": None, "password": None, "stop": stop}
    running = threading.Thread(
        target=run_agent,
        args=(file, EdgeSettings(poll_ms=20, report_s=0.5)),  # type: ignore[call-arg]
        kwargs={"site": "campus", "broker_url": broker, "spool_dir": tmp_path, **more},
    )
    with worker_thread(hub.database_url, broker):
        running.start()
        try:
            deadline = time.monotonic() + 20
            while not any(agent["duty"] == "live" for agent in hub.get("/api/agents")):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            command = ask(hub, "cameras", {"do": "snapshot", "device": "camera-1"}).json()
            while command["state"] in ("waiting", "sent"):
                assert time.monotonic() < deadline
                time.sleep(0.05)
                command = hub.get(f"/api/agents/cameras/commands/{command['id']}")
            assert (command["state"], command["tries"]) == ("done", 1)
            while (picture := hub.client.get(command["picture"])).status_code == 404:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        finally:
            stop.set()
            running.join(20)
    assert not running.is_alive()
    frame = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR)
    assert frame is not None
    assert frame.shape[1] / frame.shape[0] == pytest.approx(160 / 120, abs=0.02)
    assert hub.get("/api/cases")["items"] == []
