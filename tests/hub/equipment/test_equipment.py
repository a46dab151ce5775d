"""Fire equipment over HTTP: cards, their logs, expiry, stock, consents."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from psycopg import AsyncConnection

from hub.equipment.domain import Card
from hub.equipment.store import warn_due
from hub.plans.read import shipped_plan
from hub.sites.domain import Name
from ingest import clock
from tests.hub.make import RunningHub, in_transaction

PLAN = shipped_plan("campus")
ME = {"X-Gridwarden-Person": "p-chief"}
CHIEF = {"X-Gridwarden-Person": "p-chief"}
HEAD = "id,name_en,name_zh,kind,quantity,valid_until,place,x,y\n"
ACTS = ("enclosed", "buried", "dismantled", "damaged", "put_out_of_use", "diverted")


def put(hub: RunningHub, card: str = "E-1", **changes: Any) -> httpx.Response:
    body = {
        "name": {"en": "Extinguisher", "zh": "灭火器"},
        "kind": "extinguisher",
        "quantity": 4,
        "bought": "2024-01-05",
        "place": "west-spot",
    }
    return hub.client.put(f"/api/equipment/{card}", json=body | changes, headers=ME)


def log(hub: RunningHub, work: str, card: str = "E-1", **more: Any) -> httpx.Response:
    body = {"work": work} | more
    return hub.client.post(f"/api/equipment/{card}/log", json=body, headers=ME)


def bring(hub: RunningHub, table: str, **params: Any) -> httpx.Response:
    return hub.client.post(
        "/api/equipment/import", content=table.encode(), headers=ME, params=params
    )


def warn(hub: RunningHub, at: int | None = None) -> int:
    async def work(conn: AsyncConnection[Any]) -> int:
        return await warn_due(conn, at or clock.now(), plan=PLAN)

    return in_transaction(hub.database_url, work)


def ahead(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def report(hub: RunningHub, category: str, where: Any, **more: Any) -> Any:
    body = {"category": category, "where": where} | more
    answer = hub.client.post("/api/reports", json=body, headers=ME)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_card_says_what_there_is_where_and_until_when(hub: RunningHub) -> None:
    """SE-09: kind, quantity, purchase date, validity; every check, maintenance and renewal."""
    written = put(hub, valid_until=ahead(400))
    assert written.status_code == 200, written.text
    assert (written.json()["grid"], written.json()["expires"]) == ("C-1", False)
    assert log(hub, "checked", note="Gauge in the green.").json()["checked"] is not None
    log(hub, "maintained")
    assert log(hub, "renewed").status_code == 422
    assert log(hub, "renewed", valid_until=ahead(800)).json()["valid_until"] == ahead(800)
    events = [entry["event"] for entry in hub.get("/api/equipment/E-1")["log"]]
    assert events == ["renewed", "maintained", "checked", "registered"]
    with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error, match="append"):
        conn.execute("delete from hub.equipment_events")


def test_what_expires_within_thirty_days_is_a_case_at_the_holder_once(hub: RunningHub) -> None:
    """SE-09: a warning before expiry; a renewal ends it."""
    put(hub, valid_until=ahead(20))
    put(hub, "E-2", valid_until=ahead(60))
    assert (warn(hub), warn(hub)) == (1, 0)
    (case,) = hub.get("/api/cases")["items"]
    assert (case["kind"], case["device"], case["owner"]["id"]) == (
        "equipment_expires",
        "equipment:E-1",
        "p-west",
    )
    opened = hub.get(f"/api/cases/{case['id']}")
    assert opened["log"][0]["actor"] == "system:calendar"
    assert opened["route"]["lead"] == "fire_office"
    log(hub, "renewed", valid_until=ahead(700))
    for action in ("accept", "dispatch", "handle"):
        hub.step(case["id"], action, "bought a new one")
    assert hub.get(f"/api/cases/{case['id']}")["case"]["state"] == "verified"
    assert warn(hub) == 0
    assert warn(hub, clock.now() + 690 * clock.DAY) == 2
    assert hub.get("/api/equipment", expiring=True)["items"] == []


def test_a_validity_written_too_late_by_mistake_is_warned_of_again(
    hub: RunningHub,
) -> None:
    """SE-09 in part"""
    for _ in range(2):
        put(hub, valid_until=ahead(5))
        assert (warn(hub), warn(hub)) == (1, 0)
        put(hub, valid_until=ahead(500))
    put(hub, valid_until=ahead(5))
    warn(hub)
    (case,) = hub.get("/api/cases")["items"]
    file = hub.get(f"/api/cases/{case['id']}")
    assert file["evidence"]["from"] <= file["evidence"]["to"]
    events = [entry["event"] for entry in file["log"]]
    assert events == ["discovered", *(["sensor_recovered", "recurred"] * 2)]


def test_what_was_removed_expires_no_more(hub: RunningHub) -> None:
    put(hub, valid_until=ahead(5))
    log(hub, "removed")
    assert warn(hub) == 0
    assert hub.get("/api/equipment")["items"] == []


def test_a_removed_item_comes_back_neither_by_a_correction_nor_by_a_file(hub: RunningHub) -> None:
    put(hub)
    log(hub, "removed")
    refused = put(hub, quantity=5)
    assert refused.status_code == 409
    assert "id of its own" in refused.json()["detail"]
    table = HEAD + "E-1,Axe,,axe,1,,west-spot,,\nE-2,Axe,,axe,1,,west-spot,,\n"
    (cell,) = bring(hub, table, dry_run=True).json()["bad"]
    assert (cell["line"], cell["column"]) == (2, "id")
    assert bring(hub, table).status_code == 422
    (card,) = hub.get("/api/equipment", removed=True)["items"]
    assert (card["removed"], card["quantity"]) == (True, 4)
    assert put(hub, "E-3").status_code == 200


@pytest.mark.parametrize(("left", "warned"), [(31, False), (30, True), (0, True), (-3, True)])
def test_the_warning_comes_thirty_days_before(left: int, warned: bool) -> None:
    """SE-09 in part"""
    today = date(2026, 11, 24)
    card = Card(
        id="E",
        name=Name("E", "器"),
        kind="axe",
        quantity=1,
        at=(1, 1),
        valid_until=today + timedelta(days=left),
    )
    assert card.expires(today, PLAN.equipment.warning_days) == warned
    assert not msgspec.structs.replace(card, removed=True).expires(today, 30)


def test_the_stock_lists_what_lacks_first(hub: RunningHub) -> None:
    """SE-21: fire stock against targets, what expired does not count."""
    put(hub, quantity=28)
    put(hub, "E-2", quantity=5, valid_until=ahead(-1))
    put(hub, "E-3", kind="pump", quantity=1)
    stock = hub.get("/api/equipment/stock")
    campus = {one["kind"]: one for one in stock["items"] if one["target"] == "township"}
    assert campus["extinguisher"]["usable"] == 28
    assert {kind: one["lacking"] for kind, one in campus.items()} == {
        "extinguisher": 2,
        "pump": 0,
        "hose": 400,
        "nozzle": 2,
    }
    lacking = [one["lacking"] > 0 for one in stock["items"]]
    assert lacking == sorted(lacking, reverse=True)
    assert stock["deficits"] == sum(lacking)
    west = hub.get("/api/equipment/stock", grid="C-1")["items"]
    assert {one["grid"] for one in west} == {"C-1"}


def test_cards_come_in_and_go_out_as_a_file(hub: RunningHub) -> None:
    """SE-09 in part: import and export, bad cells named."""
    good = "E-1,Extinguisher,灭火器,extinguisher,4,2027-01-31,west-spot,,\n"
    good += "E-2,Hose,水带,hose,40,,,150,20\n"
    bad = "E-3,,,axe,none,soon,nowhere,900,\n"

    tried = bring(hub, HEAD + good + bad, dry_run=True).json()
    told = [(one["line"], one["column"]) for one in tried["bad"]]
    assert told == [(4, column) for column in ("name_en", "quantity", "valid_until", "place", "x")]
    assert bring(hub, HEAD + good + bad).status_code == 422
    assert hub.get("/api/equipment")["items"] == []
    assert bring(hub, HEAD + good).json()["entries"] == 2
    again = bring(hub, hub.client.get("/api/equipment.csv").content.decode()).json()
    assert (again["entries"], again["changed"], again["bad"]) == (0, 0, [])
    assert {one["grid"] for one in hub.get("/api/equipment")["items"]} == {"C-1", "C-2"}


def test_a_file_without_a_validity_keeps_it_and_its_warning(hub: RunningHub) -> None:
    """SE-09 in part"""
    put(hub, valid_until=ahead(5))
    warn(hub)
    head = "id,name_en,name_zh,kind,quantity,place\n"
    told = bring(hub, head + "E-1,Box,,extinguisher,5,west-spot\n").json()
    assert (told["changed"], told["bad"]) == (1, [])
    (card,) = hub.get("/api/equipment")["items"]
    assert (card["quantity"], card["valid_until"]) == (5, ahead(5))
    (case,) = hub.get("/api/cases")["items"]
    log = hub.get(f"/api/cases/{case['id']}")["log"]
    assert [entry["event"] for entry in log] == ["discovered"]


def test_no_item_is_on_a_floor_that_there_is_not_or_seen_on_a_day_to_come(hub: RunningHub) -> None:
    assert put(hub, floor=10**12).status_code == 422
    head, row = "id,name_en,name_zh,kind,quantity,place,floor\n", "E-1,Axe,,axe,1,west-spot,"
    for floor in ("1e12", "1.5", "low"):
        told = bring(hub, head + row + floor, dry_run=True).json()
        assert [one["column"] for one in told["bad"]] == ["floor"]
    assert put(hub).status_code == 200
    assert log(hub, "checked", day="2999-01-01").status_code == 422
    log(hub, "checked", day="2026-03-02")
    assert log(hub, "maintained", day="2026-01-02").json()["checked"] == "2026-03-02"


@pytest.mark.parametrize("act", ACTS)
def test_each_forbidden_act_is_a_hazard_of_the_item(hub: RunningHub, act: str) -> None:
    """SE-10: enclosed, buried, dismantled, damaged, put out of use, diverted."""
    put(hub)
    case = report(hub, f"equipment_{act}", {"equipment": "E-1"})["case"]
    assert (case["kind"], case["device"], case["grid"]) == (
        f"equipment_{act}",
        "equipment:E-1",
        "C-1",
    )


def agree(hub: RunningHub, headers: Any = CHIEF, **subject: Any) -> httpx.Response:
    now = clock.moment(clock.now())
    body = {
        "from": (now - timedelta(minutes=1)).isoformat(),
        "to": (now + timedelta(days=1)).isoformat(),
        "note": "Painting the hall; stands in the yard meanwhile.",
    }
    return hub.client.post("/api/move-consents", json=body | subject, headers=headers)


def test_a_move_without_consent_is_a_hazard_and_with_one_is_not(hub: RunningHub) -> None:
    """SE-10: moving it without the community fire office's consent."""
    put(hub)
    put(hub, "E-2")
    assert agree(hub, {"X-Gridwarden-Person": "p-west"}, equipment="E-1").status_code == 403
    assert agree(hub, equipment="E-1").status_code == 201
    moved = report(hub, "equipment_moved", {"equipment": "E-1"}, words="It stands in the yard.")
    assert (moved["case"], moved["consent"]) == (None, 1)
    assert hub.get("/api/equipment/E-1")["log"][0]["event"] == "moved"
    other = report(hub, "equipment_moved", {"equipment": "E-2"})
    assert other["case"]["kind"] == "equipment_moved"
    assert len(hub.get("/api/cases")["items"]) == 1


def test_a_consent_given_after_the_move_excuses_nothing(hub: RunningHub) -> None:
    """SE-10 in part"""
    put(hub)
    before = clock.moment(clock.now() - 60_000_000).isoformat()
    agree(hub, equipment="E-1")
    assert report(hub, "equipment_moved", {"equipment": "E-1"}, seen=before)["case"] is not None


def test_a_hydrant_may_be_moved_by_consent_too(hub: RunningHub) -> None:
    """SE-10 in part"""
    body = {"owner": "Water company"}
    hub.client.post("/api/hydrants/from-devices", json=body, headers=ME)
    assert agree(hub, hydrant="hydrant-07").status_code == 201
    assert report(hub, "equipment_moved", {"device": "hydrant-07"})["case"] is None
    assert report(hub, "equipment_buried", {"device": "hydrant-07"})["case"] is not None
    assert len(hub.get("/api/move-consents", subject="hydrant:hydrant-07")["items"]) == 1
