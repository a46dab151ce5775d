"""The second wall: PostgreSQL brings nothing of outside, whatever a query forgot."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from hub.rights.domain import EVERYWHERE, Actor, Reach
from hub.rights.wall import scope_of, walled
from tests.hub.make import anomaly, in_transaction, load, raise_case


def actor(reach: Reach, person: str = "p-west") -> Actor:
    return Actor(account=1, name="one", person=person, scopes={"cases.read": reach})


@pytest.fixture
def two_cases(database_url: str) -> str:
    """A case in each of the two leaf grids."""
    load(database_url)
    raise_case(database_url, anomaly())
    raise_case(database_url, anomaly("hydrant-08"))
    return database_url


def grids(url: str, who: Actor | None, method: str = "GET", query: str = "") -> set[str]:
    """What a query without any condition brings."""

    async def work(conn: AsyncConnection[Any]) -> set[str]:
        async with walled(conn, method, who):
            cursor = await conn.execute(query or "select grid from hub.cases")  # type: ignore[arg-type]
            return {row[0] for row in await cursor.fetchall()}

    return in_transaction(url, work)


def test_a_forgotten_condition_brings_nothing_of_outside(two_cases: str) -> None:
    """PR-01, GR-23"""
    assert grids(two_cases, actor(frozenset({"C-1"}))) == {"C-1"}
    assert grids(two_cases, actor(frozenset({"C"}), "p-chief")) == {"C-1", "C-2"}
    assert grids(two_cases, actor(EVERYWHERE)) == {"C-1", "C-2"}
    assert grids(two_cases, actor(frozenset())) == {"C-1"}  # the case waits for p-west
    assert grids(two_cases, actor(frozenset(), "p-else")) == set()
    assert grids(two_cases, None) == set()
    log = "select c.device from hub.case_events e join hub.cases c on c.id = e.case_id"
    assert grids(two_cases, actor(frozenset({"C-2"}), "p-else"), query=log) == {"hydrant-08"}
    alone = "select count(*)::text from hub.case_anomalies"
    assert grids(two_cases, actor(frozenset({"C-2"}), "p-else"), query=alone) == {"1"}


def test_who_only_reads_can_write_nothing_there(two_cases: str) -> None:
    write = "update hub.cases set grade = 'minor' returning grid"
    assert grids(two_cases, actor(EVERYWHERE), "POST", write) == {"C-1", "C-2"}
    assert grids(two_cases, actor(frozenset({"C-1"})), "GET", write) == set()


@pytest.mark.parametrize(
    "query",
    [
        "select * from hub.accounts",
        "select * from hub.sessions",
        "select * from hub.tokens",
        "select * from hub.granted_roles",
        "insert into public.readings default values",
        "delete from public.feed",
        "alter table hub.cases disable row level security",
        "create table hub.mine ()",
    ],
)
def test_a_request_reaches_no_secret_and_no_measurement(two_cases: str, query: str) -> None:
    """PR-01"""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        grids(two_cases, actor(EVERYWHERE), "POST", query)


def test_outside_of_the_wall_nothing_is_cut_and_nothing_of_it_stays(two_cases: str) -> None:
    async def work(conn: AsyncConnection[Any]) -> list[Any]:
        async with walled(conn, "GET", None):
            pass
        cursor = await conn.execute(
            "select current_user <> 'gridwarden_desk', current_setting('gridwarden.scope'),"
            " (select count(*) from hub.cases)"
        )
        return list(await cursor.fetchall())

    assert in_transaction(two_cases, work) == [(True, "", 2)]


def test_a_connection_that_broke_inside_is_given_to_nobody_else(two_cases: str) -> None:
    async def work(conn: AsyncConnection[Any]) -> bool:
        with pytest.raises(psycopg.errors.UndefinedTable):
            async with walled(conn, "GET", None):  # in a transaction, which has failed then
                await conn.execute("select * from hub.nothing")
        return conn.closed

    assert in_transaction(two_cases, work)


def test_what_a_request_sees() -> None:
    west = actor(frozenset({"C-2", "C-1"}))
    assert [scope_of(*one) for one in (("GET", west), ("POST", west), ("GET", None))] == [
        "C-1,C-2", "*", "",
    ]  # fmt: skip
    assert scope_of("POST", None) == "*"  # a passer-by reports into the cases there are
