"""Written fault reports: one per case, to the office above, sealed, with receipts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import AsyncConnection

from hub.cases.intake import take_up
from hub.letters.store import read_letters, write_due
from hub.plans.read import shipped_plan
from ingest import clock
from tests.hub.make import SPOT, RunningHub, anomaly, in_transaction, running_hub

PLAN = shipped_plan("campus")


def report(hub: RunningHub, category: str = "hydrant_damaged") -> Any:
    body = {"category": category, "where": {"device": "hydrant-07"}, "words": "Cap gone."}
    answer = hub.client.post("/api/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["case"]


def write(hub: RunningHub, at: int | None = None) -> int:
    async def work(conn: AsyncConnection[Any]) -> int:
        return await write_due(conn, at or clock.now(), plan=PLAN)

    return in_transaction(hub.database_url, work)


def sign(hub: RunningHub, letter: int, event: str, person: str) -> int:
    headers = {"X-Gridwarden-Person": person}
    path = f"/api/letters/{letter}/receipts"
    return hub.client.post(path, json={"event": event}, headers=headers).status_code


def test_a_hydrants_fault_is_reported_in_writing_to_the_grid_above_once(hub: RunningHub) -> None:
    """SE-07: who repairs, who only tracks, and the written report to the upper grid office."""
    case = report(hub)
    assert (write(hub), write(hub)) == (1, 0)
    (letter,) = hub.get("/api/letters", case=case["id"])["items"]
    assert (letter["to_grid"], letter["to_person"]["id"]) == ("C", "p-chief")
    assert (letter["state"], letter["genuine"]) == ("sent", True)
    paper = hub.client.get(f"/api/letters/{letter['id']}.html").text
    for told in (letter["number"], case["number"], "Cap gone.", letter["sha256"]):
        assert told in paper
    for department in ("Construction department", "Water company", "Fire brigade"):
        assert department in paper
    assert "消火栓故障书面报告" in hub.client.get(f"/api/letters/{letter['id']}.html?lang=zh").text


def test_a_letter_is_numbered_by_the_year_on_the_sites_clock(hub: RunningHub) -> None:
    assert PLAN.time_zone == "Asia/Shanghai"
    report(hub)
    write(hub, clock.micros(datetime(2029, 12, 31, 16, 30, tzinfo=UTC)))
    (letter,) = hub.get("/api/letters")["items"]
    assert letter["number"] == "F2030-00001"


def test_the_route_is_recorded_in_the_case(hub: RunningHub) -> None:
    """SE-07: repair by construction and the water company; the fire brigade only tracks."""
    assert hub.get(f"/api/cases/{report(hub)['id']}")["route"] == {
        "lead": "construction",
        "cooperating": ["water_company"],
        "tracking": ["fire_brigade"],
        "implementing": None,
    }


def test_only_the_office_signs_and_once_is_enough(hub: RunningHub) -> None:
    """SE-07: delivery is recorded, read and acknowledged by the office's holder."""
    report(hub)
    write(hub)
    assert sign(hub, 1, "read", "p-west") == 403
    assert [sign(hub, 1, event, "p-chief") for event in ("read", "acknowledged")] == [200, 200]
    assert sign(hub, 1, "acknowledged", "p-chief") == 200
    assert sign(hub, 9, "read", "p-chief") == 404
    (letter,) = hub.get("/api/letters", grid="C")["items"]
    assert letter["state"] == "acknowledged"
    assert [one["event"] for one in letter["receipts"]] == ["sent", "read", "acknowledged"]


def test_a_grid_that_is_no_code_is_refused(hub: RunningHub) -> None:
    assert hub.client.get("/api/letters", params={"grid": "\0"}).status_code == 422


def test_a_case_that_was_closed_before_anybody_wrote_gets_its_letter(hub: RunningHub) -> None:
    """SE-07 in part: in writing, also of what was over while no hub wrote letters."""
    case = report(hub)["id"]
    for action in ("accept", "dispatch", "handle", "verify", "close"):
        person = "p-chief" if action == "accept" else None  # a second role confirms (HZ-09)
        assert hub.step(case, action, "done", person=person).status_code == 200
    assert (write(hub), write(hub)) == (1, 0)


def test_what_was_found_to_be_nothing_gets_no_letter(hub: RunningHub) -> None:
    dry = anomaly(kind="hydrant_no_water", rule="dry")

    async def open_case(conn: AsyncConnection[Any]) -> None:
        await take_up(conn, dry, SPOT, clock.now(), look_minutes=60)

    in_transaction(hub.database_url, open_case)
    (case,) = hub.get("/api/cases")["items"]
    assert hub.step(case["id"], "look", "There is water.", found="not_found").status_code == 200
    assert hub.step(case["id"], "dismiss", "Sensor was wrong.").status_code == 200
    assert write(hub) == 0


def test_what_is_no_hydrants_fault_gets_no_letter(hub: RunningHub) -> None:
    report(hub, "equipment_buried")
    assert write(hub) == 0


def test_a_letter_refuses_to_be_changed_and_shows_if_it_was(hub: RunningHub) -> None:
    """SE-07 in part"""
    report(hub)
    write(hub)
    with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error, match="append"):
        conn.execute("update hub.letters set grid = 'C-2'")

    async def read(conn: AsyncConnection[Any]) -> Any:
        return await read_letters(conn)

    (letter,) = in_transaction(hub.database_url, read)
    other = msgspec.structs.replace(letter.content, grade="general")
    assert not msgspec.structs.replace(letter, content=other).genuine


def test_a_running_hub_writes_by_itself(site_url: str) -> None:
    """SE-07: within a second, without anybody asking."""
    with running_hub(site_url, plan=PLAN) as hub:
        case = report(hub)
        until = clock.now() + 10_000_000
        while not (found := hub.get("/api/letters", case=case["id"])["items"]):
            assert clock.now() < until
        assert found[0]["number"].startswith("F")
