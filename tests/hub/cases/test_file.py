"""What the file of a case shows as evidence: the time around the breach, and its own pictures."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from hub.cases.intake import take_up
from hub.cases.store import find
from ingest import clock
from tests.hub.make import SPOT, RunningHub, anomaly, raise_case, recover

MINUTE = 60_000_000


def window(file: dict[str, Any]) -> tuple[datetime, datetime]:
    evidence = file["evidence"]
    return datetime.fromisoformat(evidence["from"]), datetime.fromisoformat(evidence["to"])


def age(moment: datetime) -> timedelta:
    return clock.moment(clock.now()) - moment


def test_the_window_grows_while_the_danger_lasts(hub: RunningHub) -> None:
    raise_case(hub.database_url, anomaly(started=clock.now() - 60 * MINUTE))
    start, end = window(hub.get("/api/cases/1"))
    assert timedelta(minutes=70) <= age(start) < timedelta(minutes=71)
    assert age(end) < timedelta(seconds=5)


def test_the_window_ends_a_while_after_the_sensor_was_good_again(hub: RunningHub) -> None:
    found = anomaly(started=clock.now() - 60 * MINUTE)
    raise_case(hub.database_url, found)
    recover(hub.database_url, found)
    before = window(hub.get("/api/cases/1"))
    assert timedelta(minutes=4, seconds=50) < -age(before[1]) <= timedelta(minutes=5)
    hub.step(1, "note", "Still looking for the cause.")
    assert window(hub.get("/api/cases/1")) == before


def test_the_window_of_a_case_open_for_months_can_be_asked_for(hub: RunningHub) -> None:
    raise_case(hub.database_url, anomaly(started=clock.now() - 90 * 24 * 60 * MINUTE))
    start, end = window(hub.get("/api/cases/1"))
    assert end - start <= timedelta(days=31)


def test_only_pictures_of_what_the_case_is_about_are_shown(hub: RunningHub) -> None:
    start = clock.now() - 2 * MINUTE
    with psycopg.connect(hub.database_url) as conn:
        conn.execute("insert into devices (name) values ('camera-01') on conflict do nothing")
        day = clock.moment(start).replace(hour=0, minute=0, second=0, microsecond=0)
        conn.execute("select add_partition('detections', %s, %s)", [day, day + timedelta(days=2)])
        for kind, time in (("lane_occupied", start), ("fire", start + MINUTE)):
            conn.execute(
                "insert into detections (time, device, kind, zone, score, snapshot, received)"
                " values (%s, (select id from devices where name = 'camera-01'), %s, '', 1,"
                " 'x', now())",
                [clock.moment(time), kind],
            )
    fire = {"rule": "fire", "kind": "camera_fire", "quantity": "fire", "unit": "s"}
    raise_case(hub.database_url, anomaly("camera-01", started=start, **fire))
    shown = hub.get("/api/cases/1")["evidence"]["snapshots"]
    assert shown == [f"/api/snapshots/camera-01/{start + MINUTE}.jpg"]


@pytest.mark.parametrize(("zone", "year"), [("Asia/Shanghai", 2027), ("UTC", 2026)])
def test_the_number_bears_the_year_on_the_wall_where_the_hub_is(
    site_url: str, monkeypatch: pytest.MonkeyPatch, zone: str, year: int
) -> None:
    new_year_in_china = int(datetime.fromisoformat("2026-12-31T16:00:30Z").timestamp()) * 1_000_000

    async def number() -> str:
        async with await AsyncConnection.connect(site_url) as conn:
            await take_up(conn, anomaly(), SPOT, new_year_in_china)
            case = await find(conn, 1)
            assert case is not None
            return case.number

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert asyncio.run(number()) == f"{year}-000001"
    finally:
        monkeypatch.undo()
        time.tzset()
