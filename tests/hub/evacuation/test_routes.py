"""Evacuation totals over HTTP, and on the file of a fire case."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from hub.cases.intake import take_up
from ingest import clock
from tests.hub.make import SPOT, RunningHub, anomaly, in_transaction, name, raise_case

PATH = "/api/buildings/block-1/evacuation"


def say(hub: RunningHub, body: dict[str, Any], **headers: str) -> httpx.Response:
    headers = {"X-Gridwarden-Person": "p-west"} | headers
    return hub.client.post(PATH, json={"source": "declared"} | body, headers=headers)


def fire(hub: RunningHub) -> int:
    spot = msgspec.structs.replace(
        SPOT, device="smoke-01", kind="smoke", place="hall", place_name=name("Hall")
    )
    found = anomaly("smoke-01", kind="smoke_alarm", rule="smoke", grade="emergency")
    in_transaction(
        hub.database_url, lambda conn: take_up(conn, found, spot, clock.now(), due_minutes=5)
    )
    (case,) = hub.get("/api/cases", kind="smoke_alarm")["items"]
    return case["id"]


def test_a_fire_case_shows_how_many_in_the_building_need_help(hub: RunningHub) -> None:
    """SE-27: totals only, on a fire case."""
    case = fire(hub)
    assert hub.get(f"/api/cases/{case}")["evacuation"]["people"] is None
    say(hub, {"people": 3})
    say(hub, {"people": 5, "source": "observed"})
    shown = hub.get(f"/api/cases/{case}")["evacuation"]
    assert (shown["building"], shown["people"], shown["source"]) == ("block-1", 5, "observed")
    raise_case(hub.database_url, anomaly())
    (other,) = hub.get("/api/cases", kind="hydrant_low_pressure")["items"]
    assert hub.get(f"/api/cases/{other['id']}")["evacuation"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"people": ["样本甲"]},
        {"people": "3"},
        {"people": -1},
        {"people": 3, "names": ["样本甲"]},
        {"people": 3, "note": "样本甲, room 204"},
        {"people": 3, "floor": 2},
        {},
    ],
)
def test_nothing_but_one_number_per_building_can_be_told(
    hub: RunningHub,
    body: dict[str, Any],
) -> None:
    """PR-08: totals, not lists."""
    assert say(hub, body).status_code == 422
    with psycopg.connect(hub.database_url) as conn:
        columns = conn.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'hub' and table_name = 'evacuation_totals' order by 1"
        ).fetchall()
        assert dict(columns) == {
            "actor": "text",
            "at": "timestamp with time zone",
            "building": "text",
            "people": "integer",
            "position": "bigint",
            "source": "text",
        }
        assert conn.execute("select count(*) from hub.evacuation_totals").fetchone() == (0,)


def test_earlier_totals_stay_and_a_request_sent_twice_counts_once(hub: RunningHub) -> None:
    """PR-09 in part"""
    for _ in range(2):
        say(hub, {"people": 3}, **{"Idempotency-Key": "k"})
    both = say(hub, {"people": 4, "source": "observed"}).json()
    assert (both["observed"]["people"], both["declared"]["people"]) == (4, 3)
    with psycopg.connect(hub.database_url) as conn:
        assert conn.execute("select count(*) from hub.evacuation_totals").fetchone() == (2,)
    with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error):
        conn.execute("delete from hub.evacuation_totals")
    assert hub.client.get("/api/buildings/nothing/evacuation").status_code == 404
