"""Reporters stay unknown to everybody but the payer, and each look at one is noted."""

from __future__ import annotations

from typing import Any

import psycopg

from tests.hub.make import PERSON, RunningHub

HIDDEN = {
    "category": "hydrant_damaged",
    "where": {"device": "hydrant-07"},
    "words": "The cap is gone.",
    "hidden": True,
    "contact": "wx-marked-contact",
}
TABLES = """
    select table_schema || '.' || table_name from information_schema.tables
    where table_schema in ('hub', 'public') and table_type = 'BASE TABLE'
"""


def report(hub: RunningHub, person: str = "p-east", key: str = "k", **more: Any) -> Any:
    headers = {PERSON: person, "Idempotency-Key": key}
    answer = hub.client.post("/api/reports", json=HIDDEN | more, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def the_case(hub: RunningHub) -> int:
    return hub.get("/api/cases")["items"][0]["id"]


def test_a_hidden_reporter_is_a_number_everywhere_and_is_told_to_the_payer_only(
    hub: RunningHub,
) -> None:
    """PR-07"""
    hub.client.post("/api/photos", content=b"\xff\xd8\xff\xe0", headers={PERSON: "p-east"})
    told = report(hub)
    assert report(hub) == told  # sent again, it is the same report
    assert (told["case"], told["opened"]) == (None, True)  # it lies in another grid
    number = the_case(hub)
    assert hub.get(f"/api/cases/{number}")["log"][0]["actor"] == "reporter:1"
    look = hub.client.get("/api/reporters/1", headers={PERSON: "p-chief"})
    assert look.status_code == 403
    unsaid = hub.client.get("/api/reporters/1")
    assert (unsaid.status_code, unsaid.json()["type"][-14:]) == (422, "purpose-needed")
    found = hub.get("/api/reporters/1", purpose="Reward of March")
    assert (found["person"], found["contact"]) == ("p-east", "wx-marked-contact")
    log = hub.get("/api/audit", newest=True)["items"]
    assert [(one["action"], one["subject"], one["data"].get("purpose")) for one in log[:1]] == [
        ("reporters.read_reporter", "reporter:1", "Reward of March")
    ]
    assert ("reporters.read_reporter.denied", "p-chief") in {
        (one["action"], one["actor"]) for one in log
    }
    assert "p-east" not in str(log)
    with psycopg.connect(hub.database_url) as conn:
        holding = set[str]()
        for (table,) in conn.execute(TABLES).fetchall():
            rows = str(conn.execute(f"select * from {table}").fetchall())  # type: ignore[arg-type]
            if "wx-marked-contact" in rows:
                holding.add(table)
            if "p-east" in rows and table in ("hub.reports", "hub.case_replies", "hub.photos"):
                holding.add(table)
    assert holding == {"hub.reporters"}


def test_two_reports_of_one_person_cannot_be_told_to_be_ones(hub: RunningHub) -> None:
    """PR-07 in part"""
    numbers = set[str]()
    for key in ("a", "b"):
        report(hub, key=key)
        case = the_case(hub)
        numbers |= {one["actor"] for one in hub.get(f"/api/cases/{case}")["log"]}
    assert {"reporter:1", "reporter:2"} <= numbers


def test_who_is_no_staff_is_hidden_unasked(hub: RunningHub) -> None:
    """PR-07 in part: staff answer by name, others need not ask."""
    named = hub.client.post(
        "/api/reports", json=HIDDEN | {"hidden": False}, headers={PERSON: "p-east"}
    ).json()
    assert named["number"] is not None
    assert hub.get(f"/api/cases/{the_case(hub)}")["log"][0]["actor"] == "p-east"
    for person in (None, ""):  # an account that is tied to nobody, and a passer-by with a contact
        headers = {} if person is None else {PERSON: person}
        body = HIDDEN | {"hidden": False}
        assert hub.client.post("/api/reports", json=body, headers=headers).status_code == 201
        assert hub.get(f"/api/cases/{the_case(hub)}")["log"][-1]["actor"].startswith("reporter:")
