"""Reports over HTTP: a case at the right holder, once, joined with what sensors say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from psycopg import AsyncConnection

from hub.cases.intake import take_report, take_up
from hub.cases.reported import Report
from hub.sites.alarm_list import Told
from hub.sites.domain import DefenceGroup, Defender
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import (
    SITE,
    SPOT,
    RunningHub,
    anomaly,
    in_transaction,
    name,
    raise_case,
    recover,
    running_hub,
)

JPEG = b"\xff\xd8\xff\xe0 a picture"


def report(hub: RunningHub, category: str = "hydrant_damaged", **more: Any) -> httpx.Response:
    headers = {"X-Gridwarden-Person": more.pop("person", "p-west") or ""}
    if key := more.pop("key", None):
        headers["Idempotency-Key"] = key
    body = {"category": category, "where": {"device": "hydrant-07"}} | more
    return hub.client.post("/api/reports", json=body, headers=headers)


def test_a_report_opens_a_case_at_the_holder_of_the_leaf_grid(hub: RunningHub) -> None:
    """SE-06 in part: "damaged", by a person."""
    answer = report(hub, words="The cap is gone.")
    assert answer.status_code == 201, answer.text
    case = answer.json()["case"]
    assert answer.json()["opened"]
    assert (case["kind"], case["grade"], case["grid"]) == ("hydrant_damaged", "serious", "C-1")
    assert case["owner"]["id"] == "p-west"
    assert case["due"] is not None
    first = hub.get(f"/api/cases/{case['id']}")["log"][0]
    assert (first["event"], first["actor"], first["note"]) == (
        "discovered",
        "p-west",
        "The cap is gone.",
    )
    assert first["data"]["responsible"] == {
        "first": "p-chief",
        "main": "p-chief",
        "specific": "p-west",
    }


def test_a_second_report_of_the_same_joins_the_open_case(hub: RunningHub) -> None:
    """SE-06 in part: sensor- and person-born of one hazard are one case."""
    first = report(hub).json()
    case = first["case"]["id"]
    again = report(hub, person=None, words="Still leaking.").json()
    assert (again["case"], again["opened"]) == (None, False)  # a passer-by reads no cases
    assert again["number"] == first["number"] == first["case"]["number"]
    log = hub.get(f"/api/cases/{case}")["log"]
    assert [(entry["event"], entry["actor"]) for entry in log] == [
        ("discovered", "p-west"),
        ("reported", "system:passer_by"),
    ]


def test_a_report_joins_the_sensors_case_and_makes_it_worse(hub: RunningHub) -> None:
    """SE-06: "no water" reported where the sensor says low pressure is one case, of the graver."""
    found = anomaly()
    raise_case(hub.database_url, found)
    (sensed,) = hub.get("/api/cases")["items"]
    told = report(hub, "hydrant_no_water").json()
    assert told["case"]["id"] == sensed["id"]
    assert (told["case"]["kind"], told["case"]["grade"]) == ("hydrant_no_water", "major")
    assert told["case"]["value"] == 0.11
    recover(hub.database_url, found)
    for action in ("accept", "dispatch", "handle"):
        hub.step(sensed["id"], action, "opened the valve")
    # The sensor is content, but somebody who reported it is not yet answered.
    assert hub.get(f"/api/cases/{sensed['id']}")["case"]["state"] == "handled"
    hub.step(sensed["id"], "verify", "Water comes out again.")
    assert hub.get(f"/api/cases/{sensed['id']}")["case"]["state"] == "verified"


def test_an_emergency_reported_of_an_open_case_is_told_at_once(hub: RunningHub) -> None:
    """HZ-07 in part"""
    raise_case(hub.database_url, anomaly())
    grave = Report(
        id=1,
        kind="hydrant_low_pressure",
        subject="hydrant-07",
        grade="emergency",
        due_minutes=5,
        actor="p-west",
        seen=clock.now(),
    )
    told = (Told("p-east", "neighbour"),)

    async def take_twice(conn: AsyncConnection[Any]) -> None:
        for _ in range(2):
            await take_report(conn, grave, SPOT, clock.now(), notify=told)

    in_transaction(hub.database_url, take_twice)
    (case,) = hub.get("/api/cases")["items"]
    log = hub.get(f"/api/cases/{case['id']}")["log"]
    assert [entry["event"] for entry in log] == ["discovered", "worsened", "alarmed", "reported"]
    assert log[2]["data"]["notify"] == [{"person": "p-east", "as": "neighbour"}]


def test_the_partner_of_a_unit_that_is_reported_stands_on_the_case(database_url: str) -> None:
    """GR-22 in part: whoever found the hazard."""
    members = [Defender("west-spot", "p-west"), Defender("east-spot", "p-chief")]
    group = DefenceGroup("pair", name("Pair"), "road", members)
    site = msgspec.structs.replace(SITE, defence_groups=[group])
    in_transaction(database_url, lambda conn: load_site(conn, site))
    with running_hub(database_url) as hub:
        case = report(hub).json()["case"]["id"]
        first = hub.get(f"/api/cases/{case}")["log"][0]
    assert {"person": "p-chief", "as": "partner"} in first["data"]["notify"]


def test_the_same_request_again_opens_nothing_more(hub: RunningHub) -> None:
    first = report(hub, key="k-1")
    assert report(hub, key="k-1").json() == first.json()
    assert report(hub, key="k-1", words="other").status_code == 422
    (case,) = hub.get("/api/cases")["items"]
    assert len(hub.get(f"/api/cases/{case['id']}")["log"]) == 1


def test_two_of_the_same_request_at_once_get_the_same_answer(hub: RunningHub) -> None:
    with ThreadPoolExecutor() as both:
        asked = [both.submit(report, hub, key="k-1") for _ in range(4)]
        answers = [one.result() for one in asked]
    assert [one.status_code for one in answers] == [201] * 4
    assert len({one.text for one in answers}) == 1
    assert len(hub.get("/api/cases")["items"]) == 1


def test_a_sensor_that_sees_what_somebody_reported_joins_that_case(hub: RunningHub) -> None:
    """SE-06: a hydrant knocked over is the one that was reported as damaged."""
    case = report(hub).json()["case"]["id"]
    knocked = anomaly(rule="knocked", kind="hydrant_knocked", grade="serious")

    def take(conn: AsyncConnection[Any]) -> Any:
        return take_up(conn, knocked, SPOT, clock.now(), category="hydrant_damaged")

    in_transaction(hub.database_url, take)
    (only,) = hub.get("/api/cases")["items"]
    assert (only["id"], only["recurrences"]) == (case, 1)


@pytest.mark.parametrize(
    ("where", "grid", "subject"),
    [
        ({"place": "east-spot"}, "C-2", "place:east-spot"),
        ({"point": [20.04, 30]}, "C-1", "point:20.0,30.0"),
    ],
)
def test_a_place_or_a_point_lies_in_its_leaf_grid(
    hub: RunningHub, where: Any, grid: str, subject: str
) -> None:
    case = report(hub, "lane_blocked", where=where, person="p-chief").json()["case"]
    assert (case["grid"], case["device"]) == (grid, subject)


def test_two_who_point_at_nearly_the_same_spot_mean_one_hazard(hub: RunningHub) -> None:
    first = report(hub, "lane_blocked", where={"point": [20, 30]}).json()
    near = report(hub, "lane_blocked", where={"point": [24, 33]}).json()
    far = report(hub, "lane_blocked", where={"point": [60, 33]}).json()
    assert near["case"]["id"] == first["case"]["id"]
    assert far["opened"]


@pytest.mark.parametrize(
    "where",
    [{"device": "hydrant-99"}, {"place": "nowhere"}, {"point": [900, 900]}, {}],
)
def test_what_lies_nowhere_is_refused(hub: RunningHub, where: Any) -> None:
    answer = report(hub, where=where)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("body.where")


def test_a_photo_is_evidence_under_its_hash_and_stays(hub: RunningHub) -> None:
    sent = hub.client.post("/api/photos", content=JPEG).json()
    answer = report(hub, photos=[sent["hash"]])
    file = hub.get(f"/api/cases/{answer.json()['case']['id']}")
    assert file["evidence"]["photos"] == [sent["path"]]
    shown = hub.client.get(sent["path"])
    assert (shown.content, shown.headers["content-type"]) == (JPEG, "image/jpeg")
    assert shown.headers["cache-control"].startswith("private")
    with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error, match="evidence"):
        conn.execute("delete from hub.photos")


def test_only_pictures_of_moderate_size_are_taken(hub: RunningHub) -> None:
    assert hub.client.post("/api/photos", content=b"%PDF-1.7").status_code == 415
    large = hub.client.post("/api/photos", content=JPEG + bytes(8 * 1024 * 1024))
    assert large.status_code in (413, 415)
    assert report(hub, photos=["0" * 64]).status_code == 422


def test_a_reporter_who_gives_a_name_belongs_to_the_site(hub: RunningHub) -> None:
    assert report(hub, person="p-nobody").status_code == 403


def test_the_categories_name_their_departments(hub: RunningHub) -> None:
    """HZ-01: categories come from the plan, each marked event or component."""
    told = hub.get("/api/report-categories")
    departments = {one["id"] for one in told["departments"]}
    for category in told["categories"]:
        assert category["lead"] in departments
        assert category["sort"] in ("event", "component")
