"""Pictures of cases: asked for, answered as an agent does, kept and proven."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import AsyncConnection

from hub.pictures.domain import MOST_PER_CASE
from hub.pictures.settle import settle_due
from ingest import clock
from tests.hub.make import RunningHub, anomaly, raise_case, running_hub

CAMERA = "camera-01"


def ask(
    hub: RunningHub, device: str = CAMERA, case: int = 1, person: str = "p-west"
) -> httpx.Response:
    return hub.client.post(
        f"/api/cases/{case}/pictures",
        json={"device": device},
        headers={"X-Gridwarden-Person": person},
    )


@pytest.fixture
def hub(site_url: str) -> Iterator[RunningHub]:
    """A hub whose cameras' agent has reported."""
    with psycopg.connect(site_url) as conn:
        conn.execute("insert into agents values ('agent-1', 'sample', true, now(), '{}')")
    with running_hub(site_url) as running:
        yield running


def answer(database_url: str, state: str, detail: str = "{}", reason: str = "") -> None:
    """What ingest does with an agent's reply."""
    with psycopg.connect(database_url) as conn:
        conn.execute(
            "update agent_commands set state = %s, answered = now(), detail = %s, reason = %s",
            (state, detail, reason),
        )


def store_picture(database_url: str, time: int, jpeg: bytes) -> None:
    """What ingest does with a camera's picture."""
    day = clock.moment(time).replace(hour=0, minute=0, second=0, microsecond=0)
    with psycopg.connect(database_url) as conn:
        conn.execute("insert into devices (name) values (%s) on conflict do nothing", (CAMERA,))
        conn.execute("select add_partition('detections', %s, %s)", [day, day + timedelta(days=1)])
        conn.execute(
            "insert into detections (time, device, kind, zone, score, snapshot, received)"
            " values (%s, (select id from devices where name = %s), 'snapshot', '', 1, %s, now())",
            (clock.moment(time), CAMERA, jpeg),
        )


def settle(database_url: str, later_s: float = 0) -> int:
    async def run() -> int:
        async with await AsyncConnection[Any].connect(database_url, autocommit=True) as conn:
            return await settle_due(conn, clock.now() + round(later_s * 1e6))

    return asyncio.run(run())


def log(hub: RunningHub) -> list[Any]:
    return hub.get("/api/cases/1")["log"]


def test_a_picture_asked_for_stands_in_the_case_with_its_source(hub: RunningHub) -> None:
    """SE-15 in part: a snapshot to a case on request."""
    raise_case(hub.database_url, anomaly())
    asked = ask(hub)
    assert asked.status_code == 202, asked.text
    assert settle(hub.database_url) == 0
    time = clock.now()
    answer(hub.database_url, "done", f'{{"time": {time}}}')
    assert settle(hub.database_url) == 0, "the reply may be here before the picture is stored"
    store_picture(hub.database_url, time, b"jpeg")
    assert settle(hub.database_url) == 1
    assert settle(hub.database_url) == 0
    file = hub.get("/api/cases/1")
    (picture,) = file["pictures"]
    assert picture["asked_by"] == "p-west"
    assert (picture["device"], picture["distance_m"]) == (CAMERA, 10.0)
    assert picture["sha256"] == sha256(b"jpeg").hexdigest()
    assert picture["path"].endswith(f"/{asked.json()['command']}.jpg")
    assert log(hub)[-1]["event"] == "pictured"
    with psycopg.connect(hub.database_url) as conn:
        conn.execute("delete from detections")  # the series forgets, the case does not
    shown = hub.client.get(picture["path"])
    assert (shown.content, shown.headers["content-type"]) == (b"jpeg", "image/jpeg")


def test_a_camera_that_gives_none_is_told_in_the_log(hub: RunningHub) -> None:
    raise_case(hub.database_url, anomaly())
    ask(hub)
    answer(hub.database_url, "failed", reason="camera-01 gave no picture in time")
    assert settle(hub.database_url) == 1
    entry = log(hub)[-1]
    assert entry["event"] == "unpictured"
    assert entry["data"]["reason"] == "camera-01 gave no picture in time"
    assert hub.get("/api/cases/1")["pictures"] == []


def test_an_agent_that_never_reported_is_told_in_the_log(hub: RunningHub) -> None:
    with psycopg.connect(hub.database_url) as conn:
        conn.execute("delete from agents")
    raise_case(hub.database_url, anomaly())
    assert ask(hub).status_code == 202
    assert settle(hub.database_url) == 1
    assert log(hub)[-1]["data"]["reason"] == "its agent never reported"


@pytest.mark.parametrize("state", ["sent", "done"])
def test_nothing_is_waited_for_forever(hub: RunningHub, state: str) -> None:
    raise_case(hub.database_url, anomaly())
    ask(hub)
    answer(hub.database_url, state, '{"time": 7}')
    assert settle(hub.database_url, 60) == 0
    assert settle(hub.database_url, 100) == 1
    assert log(hub)[-1]["event"] == "unpictured"


def test_what_cannot_be_asked_is_refused(hub: RunningHub) -> None:
    raise_case(hub.database_url, anomaly())
    assert ask(hub, case=2).status_code == 404
    assert ask(hub, device="hydrant-07").status_code == 422
    assert ask(hub, device="camera-99").status_code == 422
    assert ask(hub, person="p-nobody").status_code == 403
    assert hub.client.get("/api/cases/1/pictures/none.jpg").status_code == 404
    for _ in range(MOST_PER_CASE):
        assert ask(hub).status_code == 202
    assert ask(hub).status_code == 409
