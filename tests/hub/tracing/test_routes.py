"""The lawful frame over HTTP: nobody's movements without an approved, open investigation."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx
import psycopg
import pytest

from edge.wire import Direction
from hub.tracing import routes, store
from hub.tracing.evidence import Trace, trace
from ingest import clock
from tests.hub.make import RunningHub, in_transaction, running_hub
from tests.hub.tracing.stored import DAY, HOUR, commit_swipes, load_traced_site, rows_of

NOW = clock.now()
FAR = 9_000_000_000_000_000_001  # a key of 63 bits
SWIPES = [
    (NOW - 9 * HOUR, 11, "lab-in", Direction.IN),
    (NOW - 9 * HOUR, 12, "lab-in", Direction.IN),
    (NOW - 8 * HOUR, 12, "lab-out", Direction.OUT),
    (NOW - 7 * HOUR, 11, "lab-out", Direction.OUT),
    (NOW - 6 * HOUR, 12, "hall-in", Direction.IN),
    (NOW - 6 * HOUR, FAR, "hall-in", Direction.IN),
    (NOW - 5 * HOUR, FAR, "hall-out", Direction.OUT),
    (NOW - 4 * HOUR, 12, "hall-out", Direction.OUT),
]


@pytest.fixture
def hub(database_url: str) -> Iterator[RunningHub]:
    """A hub with some swipes folded into stays."""
    load_traced_site(database_url)
    commit_swipes(database_url, SWIPES)
    in_transaction(database_url, store.rebuild)
    with running_hub(database_url, tracing=True) as running:
        yield running


def send(hub: RunningHub, path: str, person: str, body: Any = None) -> httpx.Response:
    headers = {"X-Gridwarden-Person": person}
    return hub.client.post(f"/api{path}", json=body, headers=headers)


def look(hub: RunningHub, path: str, person: str, **params: Any) -> httpx.Response:
    headers = {"X-Gridwarden-Person": person}
    return hub.client.get(f"/api{path}", headers=headers, params=params)


def ask(hub: RunningHub, person: str = "p-epi", **changes: Any) -> httpx.Response:
    body = {
        "purpose": "Contacts of a case of measles",
        "legal_basis": "Order 7 of the health office",
        "index_persons": ["11"],
        "from": clock.moment(NOW - DAY).isoformat(),
        "to": clock.moment(NOW).isoformat(),
    }
    return send(hub, "/investigations", person, body | changes)


def opened(hub: RunningHub, **changes: Any) -> str:
    """The path of an approved investigation."""
    path = f"/investigations/{ask(hub, **changes).json()['id']}"
    answer = send(hub, f"{path}/decision", "p-chief", {"verdict": "approve"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["stage"] == "open"
    return path


def test_contacts_are_traced_within_an_approved_investigation(hub: RunningHub) -> None:
    """EP-03: first and second ring, for a stated period."""
    path = opened(hub)
    first = look(hub, f"{path}/contacts", "p-epi").json()
    (contact,) = first["contacts"]
    assert (contact["ring"], contact["person"], contact["through"]) == (1, "12", "11")
    assert (contact["least_min"], contact["likely_min"], contact["most_min"]) == (60, 60, 60)
    (met,) = contact["encounters"]
    assert met["place"]["id"] == "lab"
    assert met["place"]["name"]["en"] == "Lab"
    second = look(hub, f"{path}/contacts", "p-epi", rings=2).json()["contacts"]
    assert [(one["ring"], one["person"]) for one in second] == [(1, "12"), (2, str(FAR))]
    assert look(hub, f"{path}/contacts", "p-epi", minutes=61).json()["contacts"] == []


def test_a_long_trace_keeps_nobody_waiting(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a month it takes a while; alarms flow meanwhile."""
    path, waiting, answered = opened(hub), Event(), Event()

    def slow(*asked: Any) -> Trace:
        waiting.set()
        assert answered.wait(20), "the hub answers nothing else meanwhile"
        return trace(*asked)

    monkeypatch.setattr(routes, "trace", slow)
    with ThreadPoolExecutor(1) as aside:
        traced = aside.submit(look, hub, f"{path}/contacts", "p-epi")
        assert waiting.wait(20)
        assert hub.client.get("/api/site", timeout=10).status_code == 200
        answered.set()
        assert traced.result().status_code == 200


def test_the_window_of_the_investigation_is_kept_to(hub: RunningHub) -> None:
    path = opened(hub, **{"from": clock.moment(NOW - 8 * HOUR - 10 * 60_000_000).isoformat()})
    assert look(hub, f"{path}/contacts", "p-epi").json()["contacts"] == []
    (contact,) = look(hub, f"{path}/contacts", "p-epi", minutes=10).json()["contacts"]
    assert contact["likely_min"] == 10


def test_the_export_says_the_same_and_is_not_kept(hub: RunningHub) -> None:
    path = opened(hub)
    answer = look(hub, f"{path}/contacts.csv", "p-chief", rings=2)
    assert answer.headers["cache-control"] == "no-store"
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [["1", "12", "11"], ["2", str(FAR), "12"]]


def test_nothing_is_told_before_approval_after_refusal_close_or_expiry(hub: RunningHub) -> None:
    """PR-02"""
    path = f"/investigations/{ask(hub).json()['id']}"
    assert look(hub, f"{path}/contacts", "p-epi").status_code == 403
    send(hub, f"{path}/decision", "p-chief", {"verdict": "refuse"})
    assert look(hub, f"{path}/contacts", "p-epi").status_code == 403
    path = opened(hub)
    assert look(hub, f"{path}/contacts", "p-epi").status_code == 200
    assert send(hub, f"{path}/close", "p-epi").json()["stage"] == "closed"
    assert look(hub, f"{path}/contacts", "p-epi").status_code == 403
    assert look(hub, f"{path}/contacts.csv", "p-epi").status_code == 403
    path = opened(hub)
    rows_of(hub.database_url, "update hub.investigations set expires = now() returning 1")
    assert look(hub, f"{path}/contacts", "p-epi").status_code == 403
    assert look(hub, "/investigations/999/contacts", "p-epi").status_code == 404


def test_only_the_two_who_answer_for_it_may_read(hub: RunningHub) -> None:
    """PR-02 in part"""
    path = opened(hub)
    assert look(hub, f"{path}/contacts", "p-chief").status_code == 200
    for other in ("p-west", "p-look", "p-other"):
        assert look(hub, f"{path}/contacts", other).status_code == 403
    assert look(hub, f"{path}/contacts", "nobody").status_code == 403


def test_only_an_epidemiologist_asks_and_only_a_chief_or_commander_decides(hub: RunningHub) -> None:
    """PR-02 in part: the approver is another person."""
    assert ask(hub, person="p-west").status_code == 403
    path = f"/investigations/{ask(hub).json()['id']}"
    for person in ("p-epi", "p-west"):
        answer = send(hub, f"{path}/decision", person, {"verdict": "approve"})
        assert answer.status_code == 403
    assert send(hub, f"{path}/decision", "p-chief", {"verdict": "approve"}).status_code == 200
    assert send(hub, f"{path}/decision", "p-chief", {"verdict": "approve"}).status_code == 409
    assert look(hub, "/investigations", "p-west").status_code == 403
    (listed,) = look(hub, "/investigations", "p-look").json()["items"]
    assert listed["index_persons"] == 1  # counted, not named


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": " "}, "body.purpose"),
        ({"legal_basis": ""}, "body.legal_basis"),
        ({"index_persons": []}, "body.index_persons"),
        ({"index_persons": [str(2**63)]}, "body.index_persons.0"),
        ({"index_persons": ["Wang"]}, "body.index_persons.0"),
        ({"hours": 1000}, "body.hours"),
    ],
)
def test_none_is_opened_without_purpose_basis_and_index_persons(
    hub: RunningHub, changes: dict[str, Any], field: str
) -> None:
    """PR-02 in part"""
    refused = ask(hub, **changes)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_every_read_export_and_refusal_is_in_the_auditors_log(hub: RunningHub) -> None:
    """PR-03"""
    path = opened(hub)
    look(hub, f"{path}/contacts", "p-epi")
    look(hub, f"{path}/contacts.csv", "p-chief")
    look(hub, f"{path}/contacts", "p-other")
    send(hub, f"{path}/close", "p-chief")
    log = look(hub, "/audit", "p-look").json()
    assert log["broken"] is None
    assert [(one["action"], one["actor"]) for one in log["items"]] == [
        ("investigation.asked", "p-epi"),
        ("investigation.approved", "p-chief"),
        ("trace.read", "p-epi"),
        ("trace.exported", "p-chief"),
        ("trace.read.denied", "p-other"),
        ("investigation.closed", "p-chief"),
    ]
    assert str(FAR) not in str(log)
    assert look(hub, "/audit", "p-chief").status_code == 403


def test_the_log_can_only_grow_and_what_was_altered_is_seen(hub: RunningHub) -> None:
    """PR-03 in part: append-only."""
    ask(hub)
    ask(hub)
    assert look(hub, "/audit", "p-look").json()["broken"] is None
    forge = "update hub.audit_log set actor = 'p-west' where seq = 1"
    with psycopg.connect(hub.database_url) as conn:
        with pytest.raises(psycopg.Error, match="append-only"), conn.transaction():
            conn.execute(forge)
        conn.execute("alter table hub.audit_log disable trigger append_only")
        conn.execute(forge)
    assert look(hub, "/audit", "p-look").json()["broken"] == 1


def test_an_open_investigation_holds_what_it_may_need(hub: RunningHub) -> None:
    """PR-04 in part"""
    path = opened(hub)
    holds = "select holder, start < now() - interval '1 day' from swipe_holds"
    assert rows_of(hub.database_url, holds) == [(path[1:].replace("s/", ":"), True)]
    send(hub, f"{path}/close", "p-epi")
    assert rows_of(hub.database_url, holds) == []


def test_no_other_route_serves_a_person(hub: RunningHub) -> None:
    """PR-02 in part"""
    paths = hub.get("/api/openapi.json")["paths"]
    assert [path for path in paths if "contact" in path] == [
        "/api/investigations/{investigation}/contacts",
        "/api/investigations/{investigation}/contacts.csv",
    ]


def test_a_hub_without_tracing_tells_nobody_anything(database_url: str) -> None:
    load_traced_site(database_url)
    with running_hub(database_url) as hub:
        assert ask(hub).status_code == 405  # nothing but the page answers there
