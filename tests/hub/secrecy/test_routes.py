"""Secrecy: who has not signed is told of nobody; a leak becomes a violation with evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from fastapi import routing

from hub.app import create_app
from hub.rights.guard import Needs
from hub.secrecy.guard import FREE, SWORN
from tests.hub.make import PERSON, RunningHub, anomaly, raise_case, running_hub

LEAK = {
    "kind": "leak",
    "person": "p-west",
    "happened": "2026-03-02T08:00:00Z",
    "words": "A list of contacts stood in a chat group.",
    "evidence": ["case:1"],
}


@pytest.fixture
def hub(site_url: str) -> Iterator[RunningHub]:
    """A hub where nobody has signed."""
    with running_hub(site_url) as running:
        running.get("/api/health")
        for person in ("p-chief", None):
            headers = {} if person is None else {PERSON: person}
            running.client.get("/api/me", headers=headers)
        with psycopg.connect(site_url) as conn:
            conn.execute("alter table hub.secrecy_signatures disable trigger append_only")
            conn.execute("delete from hub.secrecy_signatures")
            conn.execute("alter table hub.secrecy_signatures enable trigger append_only")
        yield running


def test_who_has_not_signed_is_refused_until_the_text_is_signed_once(hub: RunningHub) -> None:
    """PR-05 in part: secrecy duties are signed per user."""
    chief = {PERSON: "p-chief"}
    refused = hub.client.get("/api/staff", headers=chief)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("secrecy-unsigned")
    assert "POST /api/secrecy-duty/signature" in refused.json()["detail"]
    duty = hub.client.get("/api/secrecy-duty", headers=chief).json()
    assert duty["signed"] is None
    assert duty["text"]["zh"].startswith("我对")
    path = "/api/secrecy-duty/signature"
    other = hub.client.post(path, json={"hash": "0" * 64}, headers=chief)
    assert other.status_code == 409
    for _ in range(2):
        signed = hub.client.post(path, json={"hash": duty["hash"]}, headers=chief)
        assert signed.json()["signed"] is not None
    assert hub.client.get("/api/staff", headers=chief).status_code == 200
    with psycopg.connect(hub.database_url) as conn:
        kept = conn.execute("select person, encode(hash, 'hex'), en from hub.secrecy_signatures")
        assert kept.fetchall() == [("p-chief", duty["hash"], duty["text"]["en"])]


def test_every_route_that_tells_of_persons_asks_for_the_signature() -> None:
    """PR-05 in part: a new route can't leave it out unseen."""
    app = create_app(database_url="", follower=False, tracing=True)
    found = 0
    for context in routing.iter_route_contexts(app.routes):
        route: Any = getattr(context, "original_route", None) or context
        given = [one.dependency for one in getattr(route, "dependencies", ())]
        rights = {right for one in given if isinstance(one, Needs) for right in one.rights}
        path = getattr(route, "path", "")
        if path.startswith("/api/investigations") and not path.count("contacts"):
            continue  # the frame, which names no person
        if rights & SWORN and path not in FREE:
            assert any(getattr(one, "of_persons", False) for one in given), path
            found += 1
    assert found >= 6


def test_a_leak_becomes_a_violation_with_person_time_and_evidence(hub: RunningHub) -> None:
    """PR-05"""
    raise_case(hub.database_url, anomaly())
    duty = hub.get("/api/secrecy-duty")
    hub.client.post("/api/secrecy-duty/signature", json={"hash": duty["hash"]})
    assert hub.client.post("/api/violations", json=LEAK).status_code == 201
    (kept,) = hub.get("/api/violations", of="p-west")["items"]
    assert kept["person"]["id"] == "p-west"
    assert (kept["happened"], kept["evidence"]) == ("2026-03-02T08:00:00.000Z", ["case:1"])
    for changes in (
        {"evidence": []},
        {"evidence": ["case:99"]},
        {"evidence": ["0" * 64]},
        {"person": "p-nobody"},
        {"happened": "2199-01-01T00:00:00Z"},
        {"words": " "},
    ):
        assert hub.client.post("/api/violations", json=LEAK | changes).status_code == 422, changes
    west = {PERSON: "p-west"}
    assert hub.client.post("/api/violations", json=LEAK, headers=west).status_code == 403
    with psycopg.connect(hub.database_url) as conn, pytest.raises(psycopg.Error, match="append"):
        conn.execute("update hub.violations set person = 'p-east'")
