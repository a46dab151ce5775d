"""The register of hydrants over HTTP, with cases and shut-offs beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
import psycopg
import pytest

from ingest import clock
from tests.hub.make import RunningHub, anomaly, raise_case

ME = {"X-Gridwarden-Person": "p-chief"}
CHIEF = {"X-Gridwarden-Person": "p-chief"}
HEAD = "id,name_en,name_zh,kind,x,y,owner,device,state,census_date\n"
ROW = "H-1,Gate 1,一号门,hydrant,20,30,Water company,,,2026-11-01\n"


def put(hub: RunningHub, hydrant: str = "H-7", **changes: Any) -> httpx.Response:
    body = {
        "name": {"en": "West spot", "zh": "西侧"},
        "at": [50, 50],
        "owner": "Water company",
        "device": "hydrant-07",
    }
    return hub.client.put(f"/api/hydrants/{hydrant}", json=body | changes, headers=ME)


def census(hub: RunningHub, state: str, hydrant: str = "H-7", **more: Any) -> httpx.Response:
    headers = {"X-Gridwarden-Person": more.pop("person", "p-chief")}
    return hub.client.post(
        f"/api/hydrants/{hydrant}/census", json={"state": state} | more, headers=headers
    )


def bring(hub: RunningHub, rows: str, **params: Any) -> httpx.Response:
    return hub.client.post(
        "/api/hydrants/import", content=(HEAD + rows).encode(), headers=ME, params=params
    )


def state(hub: RunningHub, hydrant: str = "H-7") -> str:
    return hub.get(f"/api/hydrants/{hydrant}")["hydrant"]["state"]


def close(hub: RunningHub, case: int, warden: str = "p-west") -> None:
    for action in ("accept", "dispatch", "handle", "verify", "close"):
        # Who reported is a warden: another role confirms (HZ-09), and rechecks (CA-19).
        person = warden if action in ("dispatch", "handle") else "p-chief"
        answer = hub.step(case, action, "mended, water comes out", person=person)
        assert answer.status_code == 200, answer.text


def test_a_hydrant_is_written_down_with_owner_state_and_leaf_grid(hub: RunningHub) -> None:
    """SE-05: position, owner, state and census date."""
    written = put(hub)
    assert written.status_code == 200, written.text
    assert census(hub, "in_order", day="2026-11-20").status_code == 200
    (listed,) = hub.get("/api/hydrants", grid="C-1")["items"]
    assert (listed["grid"], listed["state"], listed["census"], listed["owner"]) == (
        "C-1",
        "in_order",
        "2026-11-20",
        "Water company",
    )
    assert hub.get("/api/hydrants", grid="C-2")["items"] == []
    history = hub.get("/api/hydrants/H-7")["history"]
    assert [entry["event"] for entry in history] == ["census", "registered"]
    assert history[0]["actor"] == "p-chief"


def test_the_state_follows_the_sensors_case_and_its_verified_close(hub: RunningHub) -> None:
    """SE-05: the hydrant that a sensor watches and the registered one are one thing."""
    put(hub)
    raise_case(hub.database_url, anomaly())
    assert state(hub) == "low_pressure"
    (case,) = hub.get("/api/hydrants/H-7")["hydrant"]["cases"]
    close(hub, case["id"])
    assert state(hub) == "in_order"


def test_a_fault_found_at_the_census_opens_a_case_and_only_its_close_puts_in_order(
    hub: RunningHub,
) -> None:
    """SE-05, SE-06 in part: damaged and no water, by a person, of a hydrant without a sensor."""
    put(hub, "H-9", device=None, at=[150, 50])
    assert census(hub, "no_water", "H-9", note="Dry.", person="p-east").json()["state"] == (
        "no_water"
    )
    (case,) = hub.get("/api/cases")["items"]
    assert (case["kind"], case["device"], case["grid"]) == (
        "hydrant_no_water",
        "hydrant:H-9",
        "C-2",
    )
    refused = census(hub, "in_order", "H-9")
    assert refused.status_code == 409
    assert case["number"] in refused.json()["detail"]
    close(hub, case["id"], warden="p-east")
    assert state(hub, "H-9") == "in_order"


def test_a_state_that_the_plan_takes_no_reports_of_is_told_without_a_case(hub: RunningHub) -> None:
    put(hub)
    told = census(hub, "low_pressure")
    assert told.status_code == 200, told.text
    assert (told.json()["state"], told.json()["cases"]) == ("low_pressure", [])


def test_nobody_has_looked_at_a_hydrant_on_a_day_to_come(hub: RunningHub) -> None:
    put(hub)
    assert census(hub, "in_order", day="2999-01-01").status_code == 422
    census(hub, "in_order", day="2026-03-02")
    assert census(hub, "in_order", day="2026-01-02").json()["census"] == "2026-03-02"


def test_an_old_look_that_is_told_late_changes_neither_state_nor_cases(hub: RunningHub) -> None:
    """SE-05 in part"""
    put(hub)
    census(hub, "low_pressure")
    late = census(hub, "damaged", day="2026-03-02")
    assert late.status_code == 200, late.text
    assert (late.json()["state"], late.json()["cases"]) == ("low_pressure", [])
    history = hub.get("/api/hydrants/H-7")["history"]
    assert history[0]["data"]["state"] == "damaged"
    put(hub, "H-9", device=None, at=[150, 50])
    first = census(hub, "damaged", "H-9", day="2026-03-02").json()
    assert (first["state"], len(first["cases"])) == ("damaged", 1)


def test_a_planned_shut_off_shows_in_the_register(hub: RunningHub) -> None:
    put(hub)
    now = clock.moment(clock.now())
    body = {
        "from": (now - timedelta(minutes=1)).isoformat(),
        "to": (now + timedelta(hours=1)).isoformat(),
        "hydrants": ["hydrant-07"],
        "measure": "A tanker.",
        "notice": "At all doors.",
    }
    assert hub.client.post("/api/shut-offs", json=body, headers=CHIEF).status_code == 201
    assert state(hub) == "shut_off"
    assert hub.get("/api/hydrants")["states"] == {"shut_off": 1}


def test_a_file_comes_in_and_goes_out_the_same(hub: RunningHub) -> None:
    """SE-05 in part: import and export."""
    assert bring(hub, ROW).json() == {
        "rows": 1,
        "entries": 1,
        "changed": 0,
        "written": True,
        "bad": [],
    }
    out = hub.client.get("/api/hydrants.csv")
    assert out.content.startswith(b"\xef\xbb\xbfid,")
    again = hub.client.post("/api/hydrants/import", content=out.content, headers=ME).json()
    assert (again["entries"], again["changed"], again["bad"]) == (0, 0, [])
    chinese = (HEAD + ROW).encode("gb18030")
    assert hub.client.post("/api/hydrants/import", content=chinese, headers=ME).json()["bad"] == []


def test_a_file_that_names_no_sensor_leaves_the_hydrant_its_sensor(hub: RunningHub) -> None:
    put(hub)
    told = bring(hub, "H-7,Gate 7,七号门,hydrant,50,50,Water company,,,\n").json()
    assert (told["changed"], told["bad"]) == (1, [])
    assert hub.get("/api/hydrants/H-7")["hydrant"]["device"] == "hydrant-07"


def test_bad_cells_are_named_and_nothing_is_changed(hub: RunningHub) -> None:
    """SE-05 in part"""
    rows = ROW + (
        "H-1,Again,又,hydrant,20,30,Water company,,,\n"
        "H 2,,,fountain,east,30,,camera-01,wet,yesterday\n"
        "H-3,Far,远,hydrant,900,30,Water company,,,\n"
    )
    answer = bring(hub, rows, dry_run=True).json()
    told = [(one["line"], one["column"]) for one in answer["bad"]]
    assert told == [
        (3, "id"),
        *((4, column) for column in ("id", "name_en", "kind", "x", "owner", "device", "state")),
        (4, "census_date"),
        (5, "x"),
    ]
    refused = bring(hub, rows)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == [
        f"line {line}, {column}" for line, column in told
    ]
    assert hub.get("/api/hydrants")["items"] == []
    tried = bring(hub, ROW, dry_run=True).json()
    assert (tried["entries"], tried["written"]) == (1, False)
    assert hub.get("/api/hydrants")["items"] == []
    headless = hub.client.post("/api/hydrants/import", content=b"id,x\n1,2\n", headers=ME)
    assert headless.status_code == 422
    assert "missing" in headless.json()["detail"]


def test_the_watched_hydrants_are_taken_over_once(hub: RunningHub) -> None:
    body = {"owner": "Water company"}
    taken = hub.client.post("/api/hydrants/from-devices", json=body, headers=ME).json()
    assert taken["new"] == 2
    again = hub.client.post("/api/hydrants/from-devices", json=body, headers=ME).json()
    assert again["new"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": [900, 50]}, "body.at"),
        ({"name": {"en": " ", "zh": ""}}, "body.name"),
        ({"name": {"en": "a\0b", "zh": ""}}, "body.name"),
        ({"name": {"en": "x" * 201, "zh": ""}}, "body.name"),
        ({"device": "camera-01"}, "body.device"),
        ({"device": "hydrant-08"}, "body.device"),
    ],
)
def test_what_contradicts_the_site_or_has_no_name_is_refused(
    hub: RunningHub, changes: Any, field: str
) -> None:
    put(hub, "H-8", device="hydrant-08", at=[150, 50])
    answer = put(hub, **changes)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_name_in_one_language_stands_for_both(hub: RunningHub) -> None:
    assert put(hub, name={"en": "", "zh": "西侧"}).json()["name"] == {"en": "西侧", "zh": "西侧"}


def test_the_map_of_a_grid_shows_its_sources_by_distance(hub: RunningHub) -> None:
    """SE-05: a map of water sources per entrance or fire office."""
    put(hub)
    put(hub, "H-8", device=None, at=[10, 10], kind="pond")
    put(hub, "H-9", device=None, at=[150, 10])
    svg = hub.client.get("/api/grids/C-1/water-sources.svg", params={"from": "west-spot"})
    assert svg.headers["content-type"] == "image/svg+xml"
    assert fromstring(svg.content).tag == "{http://www.w3.org/2000/svg}svg"
    paper = hub.client.get(
        "/api/grids/C-1/water-sources.html", params={"from": "west-spot", "lang": "zh"}
    ).text
    assert paper.index("H-7") < paper.index("H-8")
    assert "57 m" in paper
    assert "H-9" not in paper
    assert "水池" in paper
    assert hub.client.get("/api/grids/X/water-sources.svg").status_code == 404
    far = hub.client.get("/api/grids/C-1/water-sources.svg", params={"from": "nowhere"})
    assert far.status_code == 422
    assert hub.client.get("/api/paper.css").headers["content-type"].startswith("text/css")


def test_the_history_of_a_hydrant_refuses_to_be_changed(hub: RunningHub) -> None:
    """SE-05 in part: append-only."""
    put(hub)
    with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error, match="append"):
        conn.execute("update hub.hydrant_events set actor = 'x'")


def test_the_register_tells_its_age_by_the_hydrant_seen_longest_ago(hub: RunningHub) -> None:
    """SE-17 in part: the registers of hydrants and of fire equipment."""
    put(hub)
    listed = {one["id"]: one for one in hub.get("/api/registers")["items"]}
    assert listed["hydrants"]["confirmed"] is None
    assert listed["equipment"]["entries"] == 0
    census(hub, "in_order", day="2026-01-02")
    listed = {one["id"]: one for one in hub.get("/api/registers")["items"]}
    assert (listed["hydrants"]["entries"], listed["hydrants"]["stale"]) == (1, True)
