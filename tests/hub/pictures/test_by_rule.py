"""A rule asks the nearest cameras for pictures when its case opens."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from edge.columns import Reading
from hub.sites.store import load_site
from ingest import clock
from tests.hub.cases.test_sound import SMOKE, plan
from tests.hub.make import commit_readings, in_transaction, running_hub
from tests.hub.pictures.test_routes import CAMERA, answer, store_picture
from tests.waiting import wait_until


def orders(url: str) -> list[Any]:
    with psycopg.connect(url) as conn:
        return [row[0] for row in conn.execute('select "order" from agent_commands').fetchall()]


def test_a_smoke_case_has_a_picture_of_the_nearest_camera(database_url: str) -> None:
    """SE-15 in part: a snapshot to a case by rule."""
    in_transaction(database_url, lambda conn: load_site(conn, SMOKE))
    with psycopg.connect(database_url) as conn:
        conn.execute("insert into agents values ('agent-1', 'sample', true, now(), '{}')")
    with running_hub(database_url, plan=plan()) as hub:
        commit_readings(database_url, Reading("smoke-1", "alarm", clock.now(), 1.0))
        wait_until(lambda: orders(database_url))
        assert orders(database_url) == [{"do": "snapshot", "device": CAMERA}]
        time = clock.now()
        store_picture(database_url, time, b"jpeg")
        answer(database_url, "done", f'{{"time": {time}}}')
        wait_until(lambda: hub.get("/api/cases/1")["pictures"])
        (picture,) = hub.get("/api/cases/1")["pictures"]
        assert (picture["device"], picture["asked_by"]) == (CAMERA, "system:cameras")
        assert picture["distance_m"] == 10.0
        assert hub.client.get(picture["path"]).content == b"jpeg"


@pytest.mark.parametrize("late_s", [600])
def test_a_danger_judged_late_is_not_pictured(database_url: str, late_s: int) -> None:
    in_transaction(database_url, lambda conn: load_site(conn, SMOKE))
    with psycopg.connect(database_url) as conn:
        conn.execute("insert into agents values ('agent-1', 'sample', true, now(), '{}')")
    past = clock.now() - late_s * 1_000_000
    commit_readings(database_url, Reading("smoke-1", "alarm", past, 1.0))
    with running_hub(database_url, plan=plan()) as hub:
        wait_until(lambda: hub.get("/api/cases")["items"])
        assert orders(database_url) == []
