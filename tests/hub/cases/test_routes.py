"""Cases over HTTP, on a real database: their whole life, refusals, races, repeats."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import errors

from ingest import clock
from tests.hub.make import RunningHub, anomaly, raise_case, recover


@pytest.fixture
def case(hub: RunningHub) -> int:
    """A case just discovered."""
    raise_case(hub.database_url, anomaly())
    return hub.get("/api/cases")["items"][0]["id"]


def test_a_new_case_shows_where_what_and_who(hub: RunningHub, case: int) -> None:
    shown = hub.get(f"/api/cases/{case}")["case"]
    assert shown["number"] == f"{clock.moment(clock.now()).year}-000001"
    assert (shown["state"], shown["kind"]) == ("discovered", "hydrant_low_pressure")
    assert shown["owner"] == {
        "id": "p-west", "name": {"en": "Warden West", "zh": "Warden West（示例）"}
    }  # fmt: skip
    assert (shown["grid"], shown["grid_path"], shown["at"]) == ("C-1", ["C", "C-1"], [50, 50])
    assert (shown["value"], shown["limit"], shown["unit"]) == (0.11, 0.14, "MPa")
    assert shown["opened"].endswith("Z")
    assert not shown["overdue"]


def test_a_case_goes_its_whole_way(hub: RunningHub, case: int) -> None:
    """CA-02: each transition with actor, time and note, in a log that takes no change."""
    steps = [
        ("accept", "", "accepted", "dispatch"),
        ("dispatch", "", "dispatched", "handle"),
        ("note", "On my way.", "dispatched", "handle"),
        ("handle", "阀门已打开", "handled", "verify"),
        ("verify", "Gauge at the hydrant reads 0.3 MPa.", "verified", "close"),
        ("close", "Gauge read again: 0.3 MPa.", "closed", "archive"),
        ("archive", "", "archived", None),
    ]
    for action, note, state, following in steps:
        answer = hub.step(case, action, note)
        assert answer.status_code == 200, answer.text
        file = answer.json()
        assert file["case"]["state"] == state
        assert next(iter(file["actions"]), None) == following
    file = hub.get(f"/api/cases/{case}")
    assert [entry["event"] for entry in file["log"]] == [
        "discovered", "accepted", "dispatched", "noted", "handled", "verified", "closed",
        "archived",
    ]  # fmt: skip
    assert file["log"][4]["note"] == "阀门已打开"
    assert file["log"][4]["actor_name"]["en"] == "Warden West"
    assert [entry["actor"] for entry in file["log"]] == [
        "system:sensor", *["p-west"] * 4, *["p-chief"] * 2, "p-west"
    ]  # fmt: skip
    assert sorted(entry["at"] for entry in file["log"]) == [entry["at"] for entry in file["log"]]
    assert len({entry["hash"] for entry in file["log"]}) == 8
    with psycopg.connect(hub.database_url) as conn, pytest.raises(errors.RestrictViolation):
        conn.execute("update hub.case_events set note = ''")


def test_the_sensor_verifies_what_was_handled(hub: RunningHub) -> None:
    found = anomaly()
    raise_case(hub.database_url, found)
    case = hub.get("/api/cases")["items"][0]["id"]
    for action, note in (("accept", ""), ("dispatch", ""), ("handle", "Valve opened.")):
        hub.step(case, action, note)
    recover(hub.database_url, found)
    file = hub.get(f"/api/cases/{case}")
    assert (file["case"]["state"], file["case"]["recovered"]) == ("verified", True)
    assert (file["log"][-1]["actor"], file["log"][-1]["actor_name"]) == ("system:sensor", None)


def test_a_step_out_of_turn_is_refused_with_what_is_allowed(hub: RunningHub, case: int) -> None:
    """CA-01 in part: transitions that are not listed are refused."""
    answer = hub.step(case, "close")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["allowed"][0], problem["allowed"][-1]) == ("accept", "note")
    assert problem["type"] == "urn:gridwarden:problem:step-out-of-turn"
    assert "`accept`" in problem["detail"]
    assert len(hub.get(f"/api/cases/{case}")["log"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"action": "note", "note": " "}, 422, "body.note"),
        ({"action": "note", "note": "nul \0"}, 422, "body.note"),
        ({"action": "note", "note": "x" * 4001}, 422, "body.note"),
        ({"action": "burn"}, 422, "body.action"),
        ({"action": "accept", "haste": True}, 422, "body.haste"),
        ({}, 422, "body.action"),
    ],
)
def test_a_bad_body_is_told_part_by_part(
    hub: RunningHub, case: int, body: dict[str, Any], status: int, field: str
) -> None:
    headers = {"X-Gridwarden-Person": "p-west"}
    answer = hub.client.post(f"/api/cases/{case}/steps", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "content", [b"{", b"\xff\xfe", b"[]", b'{"action":"note","note":"\\ud800"}']
)
def test_a_body_that_is_no_json_of_ours_is_refused(
    hub: RunningHub, case: int, content: bytes
) -> None:
    headers = {"X-Gridwarden-Person": "p-west", "Content-Type": "application/json"}
    answer = hub.client.post(f"/api/cases/{case}/steps", content=content, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_only_people_of_the_site_act(hub: RunningHub, case: int) -> None:
    stranger = hub.step(case, "accept", person="p-nobody")
    assert (stranger.status_code, stranger.json()["title"]) == (
        403, "You may not do that"
    )  # fmt: skip
    unsigned = hub.client.post(f"/api/cases/{case}/steps", json={"action": "accept"})
    assert (unsigned.status_code, unsigned.json()["title"]) == (
        403, "Your account is tied to nobody of the site"
    )  # fmt: skip
    assert hub.step(case, "accept", person="").status_code == 401
    hub.step(case, "accept")
    theirs = hub.step(case, "dispatch", to="p-chief")
    assert (theirs.status_code, theirs.json()["title"]) == (
        403, "Somebody else must take that step"
    )  # fmt: skip
    sent = hub.step(case, "dispatch", to="p-nobody")
    assert (sent.status_code, sent.json()["errors"][0]["field"]) == (422, "body.to")
    given = hub.step(case, "dispatch", to="p-east", person="p-chief").json()
    assert given["case"]["owner"]["id"] == "p-east"


@pytest.mark.parametrize("path", ["999999", "999999/steps"])
def test_an_unknown_case_is_not_found(hub: RunningHub, path: str) -> None:
    headers = {"X-Gridwarden-Person": "p-west"}
    address = f"/api/cases/{path}"
    if path.endswith("steps"):
        answer = hub.client.post(address, json={"action": "accept"}, headers=headers)
    else:
        answer = hub.client.get(address)
    assert answer.status_code == 404
    assert "GET /api/cases" in answer.json()["detail"]


def test_of_many_who_step_at_once_one_wins(hub: RunningHub, case: int) -> None:
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: hub.step(case, "accept"), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert len(hub.get(f"/api/cases/{case}")["log"]) == 2


def test_the_same_key_repeats_the_answer_and_takes_no_second_step(
    hub: RunningHub, case: int
) -> None:
    first = hub.step(case, "note", "Seen.", key="k-1")
    again = hub.step(case, "note", "Seen.", key="k-1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(hub.get(f"/api/cases/{case}")["log"]) == 2
    other = hub.step(case, "note", "Something else.", key="k-1")
    assert (other.status_code, other.json()["type"]) == (422, "urn:gridwarden:problem:key-reused")
    assert hub.step(case, "note", "Mine.", person="p-chief", key="k-1").status_code == 200


def test_many_requests_with_one_key_at_once_make_one_step(hub: RunningHub, case: int) -> None:
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda _: hub.step(case, "accept", key="k-2"), range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len(hub.get(f"/api/cases/{case}")["log"]) == 2


def test_cases_are_paged_filtered_and_counted(hub: RunningHub) -> None:
    for number in range(5):
        kind = {"kind": f"hydrant_{'no_water' if number % 2 else 'low_pressure'}"}
        device = "hydrant-08" if number > 1 else "hydrant-07"
        if number < 4:
            raise_case(hub.database_url, anomaly(device, **kind), due_minutes=-1 if number else 9)
    seen: list[int] = []
    cursor: dict[str, Any] = {}
    while True:
        page = hub.get("/api/cases", limit=3, **cursor)
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 4
    assert page["counts"] == {
        "open": 4, "overdue": 3, "by_kind": {"hydrant_low_pressure": 2, "hydrant_no_water": 2}
    }  # fmt: skip
    east = hub.get("/api/cases", grid="C-2")
    assert {item["device"] for item in east["items"]} == {"hydrant-08"}
    assert east["counts"]["open"] == 2
    assert len(hub.get("/api/cases", grid="C")["items"]) == 4
    assert hub.get("/api/cases", grid="C-9")["items"] == []
    assert hub.get("/api/cases", state="closed")["items"] == []


def test_a_closed_case_leaves_the_open_list_and_its_device_may_open_another(
    hub: RunningHub, case: int
) -> None:
    for action in ("accept", "dispatch", "handle", "verify", "close"):
        assert hub.step(case, action, "done").status_code == 200
    assert hub.get("/api/cases")["items"] == []
    raise_case(hub.database_url, anomaly(started=clock.now() + 5))
    page = hub.get("/api/cases", state="all")
    assert [item["number"][-6:] for item in page["items"]] == ["000002", "000001"]


def test_evidence_spans_from_before_the_breach_until_now(hub: RunningHub) -> None:
    started = clock.now() - 60_000_000
    raise_case(hub.database_url, anomaly(started=started))
    case = hub.get("/api/cases")["items"][0]["id"]
    time.sleep(0.01)
    file = hub.get(f"/api/cases/{case}")
    evidence = file["evidence"]
    assert (evidence["device"], evidence["quantity"], evidence["limit"]) == (
        "hydrant-07", "pressure", 0.14
    )  # fmt: skip
    assert evidence["from"] < file["anomalies"][0]["started"] < evidence["to"]
    assert evidence["snapshots"] == []
