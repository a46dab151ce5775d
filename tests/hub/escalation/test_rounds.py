"""Timers in the store: to the second, after a stop, by several hubs; and the day's list."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import AsyncConnection

from hub.cases.intake import take_report, take_up
from hub.cases.query import Filter, read_page
from hub.cases.reported import Report
from hub.cases.store import StoredCase, append, find_break, lock_log, read_log
from hub.escalation.day_store import list_due, read_days, read_items
from hub.escalation.rounds import act_due
from hub.escalation.store import draw, timers_of
from hub.sites.domain import Holding, Person
from hub.sites.store import load_site
from ingest import clock
from tests.hub.escalation.make import HOUR, MINUTE, OPENED, PLAN, SECOND, at, event
from tests.hub.make import SITE, SPOT, anomaly, in_transaction, name, running_hub

Work = Callable[[AsyncConnection[Any]], Awaitable[Any]]


@pytest.fixture
def url(database_url: str) -> str:
    """The small site, with a stand-in in the west and a desk."""
    holdings = [
        Holding("C-1", "p-west", "p-east") if held.grid == "C-1" else held for held in SITE.holdings
    ]
    people = [*SITE.people, Person("p-desk", name("Desk"), "desk")]
    site = msgspec.structs.replace(SITE, holdings=holdings, people=people)
    in_transaction(database_url, lambda conn: load_site(conn, site))
    return database_url


def does(url: str, work: Work) -> Any:
    """Some work on a connection of its own, as the hub's rounds have one."""

    async def run() -> Any:
        async with await AsyncConnection[Any].connect(url, autocommit=True) as conn:
            return await work(conn)

    return asyncio.run(run())


def at_once(url: str, now: int) -> int:
    """All that is due; returns in how many cases something happened."""

    async def work(conn: AsyncConnection[Any]) -> int:
        while await draw(conn, PLAN):
            pass
        return await act_due(conn, now, plan=PLAN)

    return does(url, work)


def reported(url: str, when: int = OPENED, number: int = 1, due_minutes: int = 60) -> None:
    report = Report(
        id=number, kind="other_hazard", subject=f"point:{number}", grade="general",
        due_minutes=due_minutes, actor="p-east", seen=when,
    )  # fmt: skip
    spot = msgspec.structs.replace(SPOT, device=f"point:{number}", place="", at=(number * 30, 5))
    in_transaction(url, lambda conn: take_report(conn, report, spot, when))


def sensed(url: str, device: str, when: int) -> None:
    spot = msgspec.structs.replace(SPOT, device=device)
    found = anomaly(device, started=when)
    in_transaction(url, lambda conn: take_up(conn, found, spot, when, due_minutes=60))


def cases(url: str) -> list[StoredCase]:
    found = does(url, lambda conn: read_page(conn, Filter(chosen="all"), before=None, limit=99))
    return sorted(found, key=lambda case: case.id)


def log_of(url: str, case: StoredCase) -> list[str]:
    return [sealed.event.event for sealed in does(url, lambda conn: read_log(conn, case))]


def acts(url: str, case: StoredCase, *events: tuple[Any, int]) -> None:
    async def work(conn: AsyncConnection[Any]) -> None:
        await lock_log(conn)
        await append(conn, case, [event(one, when, "p-west", to="p-west") for one, when in events])

    in_transaction(url, work)


def test_what_runs_out_is_acted_upon_to_the_second_and_once(url: str) -> None:
    """CA-03, CA-08: told after five minutes, up at the deadline, sealed in the log."""
    reported(url)
    assert at_once(url, OPENED + 5 * MINUTE - 1) == 0
    assert at_once(url, OPENED + 5 * MINUTE) == 1
    assert at_once(url, OPENED + 5 * MINUTE + SECOND) == 0
    (case,) = cases(url)
    assert log_of(url, case) == ["discovered", "urged"]
    assert at_once(url, OPENED + HOUR) == 1
    (case,) = cases(url)
    assert log_of(url, case)[2:] == ["urged", "escalated"]
    assert case.state.owner == "p-chief"
    assert does(url, lambda conn: find_break(conn, case)) is None
    log = does(url, lambda conn: read_log(conn, case))
    told = [entry["person"] for entry in log[1].event.data["notify"]]
    assert told == ["p-west", "p-chief", "p-desk"]
    assert log[-1].event.data["reason"] == "overdue"


def test_a_hub_that_was_down_acts_at_once_and_two_hubs_do_nothing_twice(url: str) -> None:
    """CA-08, CA-27: what fell due meanwhile is found in the store; no double dispatch."""
    for number in range(1, 6):
        reported(url, number=number)
    later = OPENED + 90 * HOUR
    hubs = [threading.Thread(target=at_once, args=(url, later)) for _ in range(3)]
    for hub in hubs:
        hub.start()
    for hub in hubs:
        hub.join(30)
    assert at_once(url, later) == 0
    for case in cases(url):
        log = does(url, lambda conn, case=case: read_log(conn, case))
        assert [sealed.event.event for sealed in log].count("escalated") == 1
        whys = [sealed.event.data["why"] for sealed in log if sealed.event.event == "urged"]
        assert sorted(whys) == ["overdue", "shelved"]
        assert case.state.owner == "p-chief"


def test_a_hub_that_starts_late_escalates_at_once(url: str) -> None:
    """CA-05, CA-08 in part: the real hub, by its own clock, right after its start."""
    reported(url, clock.now() - 2 * HOUR)
    with running_hub(url, plan=PLAN) as hub:
        began = time.monotonic()
        while (case := hub.get("/api/cases")["items"][0])["owner"]["id"] != "p-chief":
            assert time.monotonic() - began < 20
            time.sleep(0.05)
        log = hub.get(f"/api/cases/{case['id']}")["log"]
        assert [entry["event"] for entry in log][-2:] == ["urged", "escalated"]
        left = hub.get(f"/api/cases/{case['id']}/timers")
        assert {"acknowledge", "accept", "close"} <= {timer["name"] for timer in left}


def test_timers_are_drawn_anew_when_the_plan_changes(url: str) -> None:
    """CA-07 in part: the limits are the plan's."""
    reported(url)
    at_once(url, OPENED)
    (case,) = cases(url)

    def drawn() -> dict[str, int]:
        found = does(url, lambda conn: timers_of(conn, case.id))
        return {timer.name: timer.due for timer in found}

    assert drawn()["close"] == at("2026-12-02 18:00")
    assert drawn()["small_grid"] == at("2026-11-25 23:59")
    limit = msgspec.structs.replace(PLAN.deadlines.close, amount=1.0)
    other = msgspec.structs.replace(
        PLAN, deadlines=msgspec.structs.replace(PLAN.deadlines, close=limit)
    )
    does(url, lambda conn: draw(conn, other))
    assert drawn()["close"] == at("2026-11-26 18:00")
    acts(url, case, ("closed", OPENED + MINUTE))
    at_once(url, OPENED + MINUTE)
    assert drawn() == {}


def test_each_day_ends_with_a_list_of_what_is_not_cleared_and_reported(url: str) -> None:
    """CA-06: at 23:59 of the day, as it was then, also where the hub was down."""
    for number in (1, 2, 3, 4):
        reported(url, number=number, due_minutes=9999)
    sensed(url, "hydrant-07", at("2026-11-26 23:59:30"))
    one, two, three, four, _ = cases(url)
    acts(url, one, ("accepted", OPENED + MINUTE), ("closed", OPENED + HOUR))
    acts(url, two, ("accepted", OPENED + MINUTE), ("handled", OPENED + HOUR))
    acts(url, four, ("accepted", OPENED + MINUTE), ("closed", at("2026-11-26 10:00")))
    wrote = [
        does(url, lambda conn, when=when: list_due(conn, at(when), plan=PLAN))
        for when in ("2026-11-25 23:58:59", "2026-11-27 12:00", "2026-11-27 23:00")
    ]
    assert wrote == [0, 2, 0]  # two days in one go: the hub was down on the first evening

    def listed(day: int, grid: str | None = None) -> list[tuple[int, str]]:
        rows = does(url, lambda conn: read_items(conn, date(2026, 11, day), grid))
        return [(row["case_id"], row["lack"]) for row in rows]

    assert listed(25) == [
        (two.id, "not_reported"), (three.id, "not_cleared"), (four.id, "not_cleared"),
    ]  # fmt: skip
    assert listed(26) == [(two.id, "not_reported"), (three.id, "not_cleared")]
    assert listed(25, "C-2") == []
    days = does(url, read_days)
    assert [(day.day.day, day.not_cleared, day.not_reported) for day in days] == [
        (26, 1, 1), (25, 2, 1),
    ]  # fmt: skip
    assert days[1].until == at("2026-11-25 23:59")
    with psycopg.connect(url) as conn, pytest.raises(psycopg.errors.RestrictViolation):
        conn.execute("delete from hub.day_list_items")


def test_deadlines_and_day_lists_are_served(url: str) -> None:
    """CA-06, CA-07 in part: what falls due in a case, in any, and what a day left over."""
    for number in (1, 2):
        reported(url, number=number)
    at_once(url, OPENED)
    does(url, lambda conn: list_due(conn, at("2026-11-26 00:10"), plan=PLAN))
    with running_hub(url) as hub:
        one = hub.get("/api/cases")["items"][0]["id"]
        own = hub.get(f"/api/cases/{one}/timers")
        assert own[0] == {"name": "accept", "due": "2026-11-25T01:05:00.000Z", "effect": "urge"}
        following = hub.get("/api/timers", until="2026-11-25T02:00:00.001Z", grid="C-1")["items"]
        assert [item["name"] for item in following] == ["accept", "accept", "overdue", "overdue"]
        assert hub.get("/api/timers", grid="C-2")["items"] == []
        assert hub.client.get("/api/cases/99/timers").status_code == 404
        page = hub.get("/api/day-lists", limit=1)
        assert page["next"] is None
        assert page["items"][0]["day"] == "2026-11-25"
        assert page["items"][0]["not_cleared"] == 2
        (first, _) = hub.get("/api/day-lists/2026-11-25", grid="C-1")["items"]
        assert (first["lack"], first["owner"]["id"]) == ("not_cleared", "p-west")
        assert hub.get("/api/day-lists/2026-11-24")["items"] == []
        east = {"X-Gridwarden-Person": "p-east"}  # reads the cases of the other grid
        for path in ("/api/timers", "/api/day-lists/2026-11-25"):
            assert hub.client.get(path, headers=east).json()["items"] == []
        days = hub.client.get("/api/day-lists", headers=east).json()["items"]
        assert days[0]["not_cleared"] == 0
        assert hub.client.get(f"/api/cases/{one}/timers", headers=east).status_code == 404
