"""Police and health authority ask for a case number, get few fields, and are counted."""

from __future__ import annotations

from typing import Any

import psycopg

from hub.authority.domain import PER_HOUR
from tests.hub.make import PERSON, RunningHub, anomaly, raise_case

ASKED = {
    "authority": "police",
    "case_number": "A4403-2026-0117",
    "place": "west-spot",
    "from": "2026-11-25T00:00:00Z",
    "to": "2026-11-28T00:00:00Z",
}


def ask(hub: RunningHub, headers: dict[str, str] | None = None, **changes: Any) -> Any:
    return hub.client.post("/api/authority-queries", json=ASKED | changes, headers=headers or {})


def test_few_fields_are_told_for_a_case_number_and_all_is_noted(hub: RunningHub) -> None:
    """PR-12"""
    raise_case(hub.database_url, anomaly())
    opened = hub.get("/api/cases/1")["case"]["opened"]
    around = {"from": opened, "to": opened[:8] + "28T23:59:59Z"}
    told = ask(hub, **around).json()
    (line,) = told["cases"]
    assert set(line) == {"number", "kind", "grade", "stage", "opened"}
    assert told["people"] is None
    counted = ask(hub, authority="health", **around).json()
    assert (counted["cases"], counted["people"]) == (None, 0)
    for changes in ({"case_number": " "}, {"to": ASKED["from"]}, {"to": "2026-12-28T00:00:00Z"}):
        assert ask(hub, **changes).status_code == 422
    assert ask(hub, {PERSON: "p-chief"}).status_code == 403
    noted = hub.get("/api/audit", action="authority")["items"]
    assert [one["action"] for one in noted] == [
        "authority.police",
        "authority.health",
        "authority.ask_as_authority.denied",
    ]
    assert noted[0]["data"]["case_number"] == "A4403-2026-0117"
    assert noted[0]["subject"] == "place:west-spot"


def test_who_asks_too_often_waits(hub: RunningHub) -> None:
    """PR-12 in part: rate limited."""
    assert ask(hub).status_code == 200
    with psycopg.connect(hub.database_url) as conn:
        conn.execute(
            "insert into hub.authority_queries"
            " (at, actor, authority, case_number, place, start, finish, told)"
            " select at, actor, authority, case_number, place, start, finish, told"
            " from hub.authority_queries, generate_series(2, %s)",
            [PER_HOUR],
        )
    refused = ask(hub)
    assert refused.status_code == 429
    assert 3500 < int(refused.headers["Retry-After"]) <= 3601
