"""Secrets and people never reach logs, problems or the audit log, whatever goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from hub.accounts.passwords import hashed_now
from tests.hub.make import PERSON, RunningHub, running_hub

PASSWORD = "marked-password-7Q"
TOKEN = "gwt_markedtoken7Qmarkedtoken7Qmarkedtoken7Q"
CARD = "marked-card-0071"
NAME = "Marked Person"
CONTACT = "marked-contact-139"
WORDS = "marked words of a reporter"
MARKS = (PASSWORD, "markedtoken", CARD, NAME, CONTACT, WORDS, "%20Person")
JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def hub(site_url: str) -> Iterator[RunningHub]:
    with running_hub(site_url, tracing=True) as running:
        yield running


def everything(hub: RunningHub) -> list[httpx.Response]:
    """Sign-ins, tracing, reports and imports with marks in them: right ones, wrong ones, broken."""
    send, report = (
        hub.client.post,
        {"category": "hydrant_damaged", "where": {"device": "hydrant-07"}},
    )
    nobody = {PERSON: ""}
    told = {"words": WORDS, "contact": CONTACT, "name": NAME}
    trace = {
        "purpose": "p", "legal_basis": "b", "index_persons": ["11"],
        "from": "2026-11-20T00:00:00Z", "to": "2026-11-25T00:00:00Z",
    }  # fmt: skip
    table = f"id,name,kind,manager\nu-1,{NAME},shop,{CONTACT}\n{CARD},{NAME},,{WORDS}\n"
    csv = {"Content-Type": "text/csv"}
    signed_in = send("/api/session", json={"name": "marked", "password": PASSWORD}, headers=nobody)
    hub.client.cookies.clear()  # what follows comes from a program
    answers = [
        signed_in,
        send("/api/session", json={"name": "marked", "password": "wrong " + PASSWORD}),
        send("/api/session", json={"name": PASSWORD, "password": PASSWORD}, headers=nobody),
        send("/api/session", json={"name": NAME, "password": PASSWORD, "x": PASSWORD}),
        send("/api/session", json={"name": NAME, "password": [PASSWORD]}),
        send("/api/session", content=b'{"password": "' + PASSWORD.encode(), headers=csv),
        hub.client.get("/api/me", headers={"Authorization": f"Bearer {TOKEN}"}),
        hub.client.get("/api/me", headers={"Cookie": f"gridwarden_session={TOKEN}"}),
        send("/api/me/password", json={"current": PASSWORD, "new": PASSWORD}),
        send("/api/investigations", json=trace),
        send("/api/investigations", json=trace | {"index_persons": [CARD]}),
        send("/api/investigations", json=trace | {"hours": NAME}),
        send("/api/reports", json=report | told, headers=nobody),
        send("/api/reports", json=report | told | {"hidden": True}),
        send("/api/reports", json=report | told | {"where": {"device": "none"}}, headers=nobody),
        send("/api/reports", json=report | told | {"photos": [CARD]}, headers=nobody),
        send("/api/reports", json=report | told | {"contact": CONTACT * 50}, headers=nobody),
        send("/api/complaints", json={"about": "p-west", "words": WORDS, "contact": CONTACT}),
        send("/api/unit-imports", content=table.encode(), headers=csv),
        send("/api/file-imports", content=b"\xff" + table.encode(), headers=csv),
        hub.client.get("/api/units.csv", params={"q": NAME}),
        hub.client.get(f"/api/reporters/{NAME}", params={"purpose": "reward"}),
        hub.client.get("/api/audit", params={"limit": NAME}),
    ]
    with psycopg.connect(hub.database_url) as conn:  # now the database tells whole rows in errors
        conn.execute(
            "alter table hub.reporters add constraint broken check (contact = '') not valid"
        )
        conn.execute("alter table hub.reports add constraint broken check (words = '') not valid")
    return [
        *answers,
        send("/api/reports", json=report | told, headers=nobody),
        send("/api/reports", json=report | {"words": WORDS}),
        send("/api/complaints", json={"about": "p-west", "words": WORDS, "contact": CONTACT}),
    ]


def test_marked_secrets_are_in_no_log_line_problem_or_audit_entry(
    hub: RunningHub, caplog: pytest.LogCaptureFixture
) -> None:
    """PR-03: secrets and people's data reach neither logs nor errors."""
    with psycopg.connect(hub.database_url) as conn:
        conn.execute(
            "insert into hub.accounts (name, display, password, password_set, made, made_by)"
            " values ('marked', 'Marked', %s, now(), now(), 'test')",
            [hashed_now(PASSWORD)],
        )
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpx").setLevel(logging.WARNING)  # the test's own client
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        answers = everything(hub)
    statuses = {answer.status_code for answer in answers}
    assert {201, 401, 422, 500} <= statuses
    problems = [one.text for one in answers if one.status_code >= 400]
    log = hub.get("/api/audit", limit=1000)["items"]
    assert len(problems) > 12
    assert {"accounts.sign_in", "accounts.sign_in.failed"} <= {one["action"] for one in log}
    lines = [
        f"{record.getMessage()} {record.exc_text or ''} {vars(record)}" for record in caplog.records
    ]
    assert sum("request failed" in line for line in lines) == 3
    for mark in MARKS:
        assert not [line for line in lines if mark in line], mark
        assert not [text for text in problems if mark in text], mark
        assert mark not in str(log)
    assert NAME.split()[0] not in caplog.text
