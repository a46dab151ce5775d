"""Noting: each write has its entry or has not happened; refusals and exports are noted, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from hub.audit.noting import kind_of, subject_of
from tests.hub.make import RunningHub, anomaly, raise_case

NEW = "select actor, action, subject, data from hub.audit_queue order by id"
DOOR = {"category": "hydrant_damaged", "where": {"device": "hydrant-07"}}


def noted(hub: RunningHub) -> list[tuple[Any, ...]]:
    """The entries, taken out of the queue."""
    with psycopg.connect(hub.database_url) as conn:
        found = conn.execute(NEW).fetchall()
        conn.execute("alter table hub.audit_queue disable trigger keep_queued")
        conn.execute("delete from hub.audit_queue")
        conn.execute("alter table hub.audit_queue enable always trigger keep_queued")
    return found


@pytest.mark.parametrize(
    ("method", "path", "personal", "kind"),
    [
        ("POST", "/api/reports", False, "write"),
        ("DELETE", "/api/session", False, "write"),
        ("GET", "/api/cases", False, None),
        ("GET", "/api/staff", True, "read"),
        ("GET", "/api/units.csv", False, "export"),
        ("GET", "/api/letters/{letter}.html", False, "export"),
    ],
)
def test_what_is_noted_follows_from_the_route(
    method: str, path: str, personal: bool, kind: str | None
) -> None:
    """PR-03 in part"""
    assert kind_of(method, path, personal=personal) == kind


@pytest.mark.parametrize(
    ("path", "values", "subject"),
    [
        ("/api/cases/{case_id}/steps", {"case_id": 17}, "case:17"),
        ("/api/reports", {}, "reports"),
        ("/api/units.csv", {}, "units"),
        ("/api/letters/{letter}.html", {"letter": 3}, "letter:3"),
        (
            "/api/files/{kind}/{subject}/entries",
            {"kind": "unit", "subject": "u-1"},
            "file:unit/u-1",
        ),
        ("/api/grids/{code}/holder", {"code": "C-1"}, "grid:C-1"),
    ],
)
def test_the_subject_follows_from_the_path(path: str, values: dict[str, Any], subject: str) -> None:
    assert subject_of(path, values) == subject


def test_a_write_is_noted_with_who_what_and_what_for(hub: RunningHub) -> None:
    """PR-03 in part: every write, in one place."""
    raise_case(hub.database_url, anomaly())
    hub.client.headers["X-Gridwarden-Purpose"] = "%E5%B7%A1%E6%9F%A5"
    assert hub.step(1, "accept").status_code == 200
    assert noted(hub) == [
        ("p-west", "cases.take_step", "case:1", {"method": "POST", "purpose": "巡查"})
    ]
    assert hub.client.get("/api/units.csv").status_code == 200
    (export,) = noted(hub)
    assert export[1:3] == ("units.export_units", "units")


def test_a_write_that_is_refused_leaves_neither_a_trace_nor_an_entry(hub: RunningHub) -> None:
    """PR-03 in part"""
    raise_case(hub.database_url, anomaly())
    assert hub.step(1, "close").status_code == 409
    assert hub.client.get("/api/cases").status_code == 200
    assert noted(hub) == []


def test_a_write_that_cannot_be_noted_does_not_happen(hub: RunningHub) -> None:
    """PR-03 in part: the entry is committed with the write or both are not."""
    raise_case(hub.database_url, anomaly())
    with psycopg.connect(hub.database_url) as conn:
        conn.execute("alter table hub.audit_queue add constraint full_disk check (false)")
    assert hub.step(1, "accept").status_code == 500
    assert hub.get("/api/cases/1")["case"]["state"] == "discovered"


def test_every_route_that_writes_runs_in_the_noted_transaction() -> None:
    """PR-03 in part: a new route can't leave it out unseen."""
    from fastapi.routing import APIRoute

    from hub.app import create_app
    from hub.wiring import connection, own_connection, public_connection

    def routes(of: Any) -> Iterator[APIRoute]:
        for one in of:
            if isinstance(one, APIRoute):
                yield one
            elif hasattr(one, "original_router"):
                yield from routes(one.original_router.routes)

    def calls(dependant: Any) -> Iterator[Any]:
        yield dependant.call
        for below in dependant.dependencies:
            yield from calls(below)

    app = create_app(database_url="", follower=False, tracing=True)
    writing = [
        route for route in routes(app.routes) if not route.methods <= {"GET", "HEAD", "OPTIONS"}
    ]
    assert len(writing) > 30
    assert [
        route.path
        for route in writing
        if {connection, own_connection, public_connection}.isdisjoint(calls(route.dependant))
    ] == []
