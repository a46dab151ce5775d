"""Leave over the API, and what it does to cases."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from hub.cases.intake import take_up
from hub.escalation.rounds import act_due
from hub.escalation.store import draw
from hub.plans.read import shipped_plan
from hub.sites.domain import Holding
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import (
    SITE,
    SPOT,
    RunningHub,
    anomaly,
    in_transaction,
    raise_case,
    running_hub,
)

SECOND = 1_000_000
PLAN = shipped_plan("campus")


@pytest.fixture
def posted(database_url: str) -> str:
    """The small site, with p-east as stand-in of p-west's grid."""
    holdings = [
        Holding("C-1", "p-west", "p-east") if held.grid == "C-1" else held for held in SITE.holdings
    ]
    site = msgspec.structs.replace(SITE, holdings=holdings)
    in_transaction(database_url, lambda conn: load_site(conn, site))
    return database_url


def file(hub: RunningHub, person: str = "p-west", *, by: str = "p-west") -> httpx.Response:
    now = clock.moment(clock.now())
    body = {
        "person": person,
        "starts": (now - timedelta(hours=1)).isoformat(),
        "ends": (now + timedelta(hours=1)).isoformat(),
        "reason": "family",
    }
    return hub.client.post("/api/leaves", json=body, headers={"X-Gridwarden-Person": by})


def decide(hub: RunningHub, leave: int, decision: str, by: str) -> httpx.Response:
    return hub.client.post(
        f"/api/leaves/{leave}/decision",
        json={"decision": decision},
        headers={"X-Gridwarden-Person": by},
    )


def approve_leave(url: str, person: str, starts: int, ends: int) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into hub.leaves (person, starts, ends, reason, state, filed_by, filed,"
            " decided_by, decided)"
            " values (%s, %s, %s, '', 'approved', %s, now(), 'p-above', now())",
            [person, clock.moment(starts), clock.moment(ends), person],
        )


def the_case(hub: RunningHub) -> Any:
    return hub.get(f"/api/cases/{hub.get('/api/cases')['items'][0]['id']}")


def test_leave_counts_only_once_somebody_above_has_approved_it(posted: str) -> None:
    """GR-28, GR-11: filed, approved by a higher grid, and then cases go to the stand-in."""
    with running_hub(posted) as hub:
        filed = file(hub).json()
        assert filed["state"] == "filed"
        raise_case(posted, anomaly(kind="door_forced"))
        assert the_case(hub)["case"]["owner"]["id"] == "p-west"
        for person in ("p-west", "p-east"):
            refused = decide(hub, filed["id"], "approve", person)
            assert (refused.status_code, refused.json()["type"][-9:]) == (403, "not-above")
        approved = decide(hub, filed["id"], "approve", "p-chief").json()
        assert (approved["state"], approved["decided_by"]["id"]) == ("approved", "p-chief")
        raise_case(posted, anomaly())
        found = the_case(hub)
    assert found["case"]["owner"]["id"] == "p-east"
    assert [entry["event"] for entry in found["log"]] == ["discovered", "handed_over"]
    assert found["log"][1]["data"]["reason"] == "on_leave"
    assert found["log"][0]["data"]["responsible"] == {
        "first": "p-chief", "main": "p-chief", "specific": "p-west",
    }  # fmt: skip


def test_leave_is_decided_once_and_withdrawn_by_its_own(posted: str) -> None:
    """GR-28: no second decision; withdrawing in course ends the leave now."""
    with running_hub(posted) as hub:
        filed = file(hub).json()["id"]
        assert decide(hub, filed, "withdraw", "p-east").status_code == 403
        assert decide(hub, filed, "refuse", "p-chief").json()["state"] == "refused"
        assert decide(hub, filed, "approve", "p-chief").status_code == 409
        second = file(hub, by="p-east").json()["id"]
        assert decide(hub, second, "approve", "p-chief").json()["state"] == "approved"
        ended = decide(hub, second, "withdraw", "p-west").json()
        assert ended["state"] == "approved"
        assert ended["ends"] < clock.moment(clock.now() + SECOND).isoformat()
        assert decide(hub, second, "withdraw", "p-west").status_code == 409
        assert decide(hub, 99, "approve", "p-chief").status_code == 404
        assert hub.get("/api/leaves") != []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"person": "p-none"}, "body.person"),
        ({"ends": "2020-01-01T00:00:00Z"}, "body.ends"),
    ],
)
def test_wrong_leave_is_refused_part_by_part(posted: str, body: dict[str, str], field: str) -> None:
    """GR-28: unknown people and ends before starts."""
    right = {"person": "p-west", "starts": "2026-01-01T00:00:00Z", "ends": "2026-01-02T00:00:00Z"}
    with running_hub(posted) as hub:
        answer = hub.client.post(
            "/api/leaves", json=right | body, headers={"X-Gridwarden-Person": "p-west"}
        )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def open_with_wait(url: str, wait_s: float) -> None:
    async def work(conn: Any) -> None:
        await take_up(conn, anomaly(), SPOT, clock.now(), acknowledge_s=wait_s)

    in_transaction(url, work)


def test_a_case_not_accepted_in_time_goes_to_the_stand_in_to_the_second(posted: str) -> None:
    """GR-11: the hub hands over within a second of the limit, right after a restart as well."""
    open_with_wait(posted, 1.0)
    time.sleep(0.2)
    with running_hub(posted, plan=shipped_plan("campus")) as hub:  # started after the opening
        began = time.monotonic()
        while the_case(hub)["case"]["owner"]["id"] == "p-west":
            assert time.monotonic() - began < 20
            time.sleep(0.05)
        found = the_case(hub)
        opened, handed = (
            clock.micros(datetime.fromisoformat(entry["at"])) for entry in found["log"]
        )
        assert SECOND <= handed - opened < 2 * SECOND
        assert found["log"][1]["data"] == {
            "to": "p-east", "from": "p-west", "grid": "C-1", "post": "B",
            "reason": "unacknowledged",
        }  # fmt: skip
        assert (found["case"]["state"], found["log"][1]["actor"]) == ("discovered", "system:roster")
        assert hub.step(found["case"]["id"], "accept", person="p-east").status_code == 200
        sent = hub.step(found["case"]["id"], "dispatch", person="p-east").json()
        assert sent["case"]["owner"]["id"] == "p-east"


def due_now(url: str, now: int) -> int:
    async def work() -> int:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
            await draw(conn, PLAN)
            return await act_due(conn, now, plan=PLAN)

    return asyncio.run(work())


def test_what_became_due_while_the_hub_was_down_is_handed_over_once(posted: str) -> None:
    """GR-11: the limit stands in the database; handing over twice changes nothing."""
    open_with_wait(posted, 300)
    now = clock.now()
    assert due_now(posted, now + 299 * SECOND) == 0
    assert due_now(posted, now + 900 * SECOND) == 1
    assert due_now(posted, now + 901 * SECOND) == 0


def test_an_accepted_case_is_not_taken_away(posted: str) -> None:
    """GR-11: acknowledging stops the timer."""
    open_with_wait(posted, 300)
    with running_hub(posted) as hub:
        case = the_case(hub)["case"]["id"]
        hub.step(case, "accept")
    assert due_now(posted, clock.now() + 900 * SECOND) == 0


def test_open_cases_follow_when_their_owner_goes_on_leave(posted: str) -> None:
    """GR-11: at whatever step a case stands when the leave begins."""
    open_with_wait(posted, 300)
    with running_hub(posted) as hub:
        case = the_case(hub)["case"]["id"]
        for action in ("accept", "dispatch"):
            hub.step(case, action)
        now = clock.now()
        approve_leave(posted, "p-west", now + 60 * SECOND, now + 120 * SECOND)
        assert due_now(posted, now + 59 * SECOND) == 0
        assert due_now(posted, now + 60 * SECOND) == 1
        found = the_case(hub)
    assert (found["case"]["state"], found["case"]["owner"]["id"]) == ("dispatched", "p-east")
    assert found["log"][-1]["data"]["reason"] == "on_leave"


def test_without_anybody_else_the_case_stays_where_it_is(site_url: str) -> None:
    """GR-11: p-west has no stand-in; the chief gets it, and then nobody is left."""
    open_with_wait(site_url, 300)
    now = clock.now()
    approve_leave(site_url, "p-chief", now, now + 7200 * SECOND)
    due_now(site_url, now + 900 * SECOND)
    with running_hub(site_url) as hub:
        found = the_case(hub)
        assert found["case"]["owner"]["id"] == "p-west"
        assert [entry["event"] for entry in found["log"]] == ["discovered", "urged"]
        due_now(site_url, now + 7300 * SECOND)
        assert the_case(hub)["case"]["owner"]["id"] == "p-chief"
