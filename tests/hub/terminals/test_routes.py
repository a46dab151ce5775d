"""The inventory of terminals over HTTP, from reports in a real store."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg
import pytest

from edge.columns import Reading
from hub.plans.read import shipped_plan
from hub.sites.check import check
from hub.sites.domain import SiteDocument, Terminal
from hub.sites.store import load_site, read_site
from hub.terminals.domain import TerminalRules
from ingest import clock
from tests.hub.make import SITE, RunningHub, in_transaction, running_hub, store_readings

MINUTE = 60_000_000
HOUR = 60 * MINUTE


def with_terminals(*terminals: Terminal) -> SiteDocument:
    return msgspec.structs.replace(SITE, terminals=list(terminals))


TWO = with_terminals(Terminal("t-west", "p-west"), Terminal("t-east", "p-east"))


@pytest.fixture
def hours_ago(database_url: str) -> int:
    """Ten hours ago the site was loaded with two terminals."""
    start = clock.now() - 10 * HOUR
    in_transaction(database_url, lambda conn: load_site(conn, TWO, now=start))
    with psycopg.connect(database_url) as conn:
        conn.execute("update devices set first_seen = %s", [clock.moment(start)])
    return start


def reports(terminal: str, start: int, until: int) -> list[Reading]:
    return [Reading(terminal, "battery", at, 0.8) for at in range(start, until, MINUTE)]


def listed(hub: RunningHub, **asked: str) -> dict[str, Any]:
    found = hub.get("/api/terminals", **asked)
    return found | {"items": {one["id"]: one for one in found["items"]}}


def always_on_duty(url: str) -> Any:
    plan = msgspec.structs.replace(shipped_plan("campus"), terminals=TerminalRules())
    return running_hub(url, plan=plan)


def test_each_terminal_tells_its_member_and_its_share_of_the_time_on_duty(
    database_url: str, hours_ago: int
) -> None:
    """SE-20: the inventory, the share online, who has none; leave is no duty."""
    west = [*reports("t-west", hours_ago, hours_ago + 4 * HOUR)]
    west += reports("t-west", hours_ago + 6 * HOUR, hours_ago + 10 * HOUR + MINUTE)
    store_readings(database_url, *west)
    with psycopg.connect(database_url) as conn:
        conn.execute(
            "insert into hub.leaves (person, starts, ends, reason, state, filed_by, filed,"
            " decided_by, decided) values ('p-east', %s, %s, '', 'approved', 'p-east', now(),"
            " 'p-chief', now())",
            [clock.moment(hours_ago), clock.moment(hours_ago + 5 * HOUR)],
        )
    with always_on_duty(database_url) as hub:
        found = listed(hub)
        west_now, east_now = found["items"]["t-west"], found["items"]["t-east"]
        assert west_now["person"]["id"] == "p-west"
        assert west_now["on_duty_s"] == pytest.approx(36_000, abs=60)
        assert west_now["share"] == pytest.approx(0.8, abs=0.01)  # silent for two hours of ten
        assert west_now["last_seen"] is not None
        assert east_now["on_duty_s"] == pytest.approx(18_000, abs=60)
        assert (east_now["share"], east_now["last_seen"]) == (0, None)
        assert [person["id"] for person in found["without"]] == ["p-chief"]
        first, second = (clock.moment(hours_ago + h * HOUR).isoformat() for h in (4, 6))
        assert listed(hub, **{"from": first, "to": second})["items"]["t-west"]["share"] < 0.02
        long_ago = clock.moment(hours_ago - 400 * HOUR).isoformat()
        assert hub.client.get("/api/terminals", params={"from": long_ago}).status_code == 422
        assert hub.get("/api/devices", registered=False) == []


def test_the_plan_says_when_members_are_on_duty() -> None:
    assert shipped_plan("campus").terminals.on_duty[0].hours == (8, 18)


def test_terminals_are_kept_with_the_site_and_checked(database_url: str, hours_ago: int) -> None:
    """SE-20: the inventory is part of the site file."""
    kept: Any = in_transaction(database_url, read_site)
    assert kept.terminals == sorted(TWO.terminals, key=lambda one: one.id)
    wrong = with_terminals(Terminal("hydrant-07", "p-west"), Terminal("t-1", "p-nobody"))
    assert [problem.text for problem in check(wrong)] == [
        "device or terminal hydrant-07 stands in the file 2 times",
        "p-nobody carries t-1, but is no person here",
    ]
    in_transaction(database_url, lambda conn: load_site(conn, SITE))
    with psycopg.connect(database_url) as conn:
        left = conn.execute("select name from devices where registered and name like 't-%'")
        assert left.fetchall() == []
