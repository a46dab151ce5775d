"""The versioned territory: nothing is overwritten, and any time can be asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from hub.sites.domain import Duty, Grid, Holding, Name, Person, SiteDocument
from hub.sites.history import grid_history, names_at, territory_at
from hub.sites.store import load_site, spots
from ingest.migrate import load_migrations, migrate

START = 1_700_000_000_000_000
MINUTE = 60_000_000
PEOPLE = ("p-chief", "p-warden", "p-second")


def using(url: str, work: Callable[[AsyncConnection[Any]], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with await AsyncConnection.connect(url) as conn:
            return await work(conn)

    return asyncio.run(run())


def held(document: SiteDocument, code: str, warden: str, stand_in: str | None) -> SiteDocument:
    """The document with another holder of one grid."""
    holdings = [
        Holding(code, warden, stand_in, exception="x") if holding.grid == code else holding
        for holding in document.holdings
    ]
    return msgspec.structs.replace(document, holdings=holdings)


def bordered(document: SiteDocument, shift: int) -> SiteDocument:
    """The border between the two western leaves moved north by so many metres."""
    y = 100 + shift
    rings = {"C-1-01": [(0, 0), (100, 0), (100, y), (0, y)]}
    rings["C-1-02"] = [(0, y), (100, y), (100, 200), (0, 200)]
    grids = [
        msgspec.structs.replace(grid, boundary=rings.get(grid.code, grid.boundary))
        for grid in document.grids
    ]
    return msgspec.structs.replace(document, grids=grids)


def merged(document: SiteDocument) -> SiteDocument:
    """The document without the grids within C-2: C-2 is a leaf then."""
    gone = ("C-2-01", "C-2-02")
    grids = [grid for grid in document.grids if grid.code not in gone]
    holdings = [holding for holding in document.holdings if holding.grid not in gone]
    return msgspec.structs.replace(document, grids=grids, holdings=holdings)


def test_loading_the_same_document_again_changes_nothing(
    database_url: str, document: SiteDocument
) -> None:
    """GR-09: a load without a change makes no version."""

    async def work(conn: AsyncConnection[Any]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for at in (START, START + MINUTE):
            again = msgspec.json.decode(msgspec.json.encode(document), type=SiteDocument)
            await load_site(conn, again, now=at)
            cursor = await conn.execute("select * from hub.site_versions order by kind, id")
            found.append(tuple(await cursor.fetchall()))
        return found

    first, second = using(database_url, work)
    assert first == second
    assert len(first) == 7 + 7 + 3


def test_a_database_of_before_has_its_first_version_and_no_second(
    empty_database_url: str, document: SiteDocument
) -> None:
    """GR-09: the migration takes over what is loaded; loading that file again changes nothing."""
    url = empty_database_url
    people = [*document.people, *(Person(f"p-{n}", Name("n", "n"), "warden") for n in range(3))]
    wardens = iter(("p-warden", "p-0", "p-1", "p-2"))
    holdings = [
        held if held.warden == "p-chief" else Holding(held.grid, next(wardens), "p-second")
        for held in document.holdings
    ]
    document = msgspec.structs.replace(document, people=people, holdings=holdings)
    with psycopg.connect(url, autocommit=True) as conn:
        migrate(conn, "ingest")
        for old in load_migrations("hub")[:5]:
            conn.execute(old.text)  # type: ignore[arg-type]
            conn.execute(
                "insert into public.migrations (package, number, name, sha256)"
                " values ('hub', %s, %s, %s)",
                [old.number, old.name, old.sha256],
            )
        fill_as_before(conn, document)
        migrate(conn, "hub")
        took = conn.execute("select * from hub.site_versions order by 1, 2").fetchall()
    assert len(took) == 7 + 7 + 6
    using(url, lambda conn: load_site(conn, document))
    with psycopg.connect(url) as conn:
        assert conn.execute("select * from hub.site_versions order by 1, 2").fetchall() == took


def fill_as_before(conn: psycopg.Connection[Any], document: SiteDocument) -> None:
    """The rows that the first five migrations' tables held of a site."""
    fields = msgspec.json.decode(msgspec.json.encode(document))
    with conn.transaction():
        conn.execute("insert into hub.sites (id, name, levels, bounds, loaded)"
                     " values ('sample', '{}', '[]', '[]', now() - interval '1 day')")  # fmt: skip
        for person in fields["people"]:
            conn.execute(
                "insert into hub.people values (%s, %s, %s)",
                [person["id"], Jsonb(person["name"]), person["role"]],
            )
        for grid in fields["grids"]:
            conn.execute(
                "insert into hub.grids values (%s, %s, '{}', %s, %s)",
                [grid["code"], grid["parent"], Jsonb(grid["name"]), Jsonb(grid["boundary"])],
            )
        for held in fields["holdings"]:
            conn.execute(
                "insert into hub.holdings values (%s, %s, %s)",
                [held["grid"], held["warden"], held.get("stand_in")],
            )


def test_who_held_a_grid_and_what_it_was_is_known_for_any_time(
    database_url: str, document: SiteDocument
) -> None:
    """GR-09: boundary, holder and duty each change for themselves, and nothing is lost."""
    duty = Duty("round", "C-1-01", Name("Round", "巡查"), every="daily")
    later = msgspec.structs.replace(bordered(document, 10), duties=[duty])
    last = held(later, "C-1-01", "p-second", None)

    async def work(conn: AsyncConnection[Any]) -> Any:
        for step, one in enumerate((document, later, last)):
            await load_site(conn, one, now=START + step * MINUTE)
        found = [
            (await territory_at(conn, START + step * MINUTE + extra)).get("C-1-01")
            for step, extra in ((0, -1), (0, 0), (1, -1), (1, 0), (2, 0))
        ]
        return found, await grid_history(conn, "C-1-01"), (await spots(conn))["hydrant-1"]

    (before, first, still, moved, now), history, spot = using(database_url, work)
    assert before is None
    assert first == still
    assert (first.until, first.held_until) == (START + MINUTE, START + 2 * MINUTE)
    assert [then.grid.boundary[2] for then in (still, moved)] == [(100, 100), (100, 110)]
    assert [then.holding.warden for then in (still, moved, now)] == [
        "p-warden",
        "p-warden",
        "p-second",
    ]
    assert (first.duties, moved.duties, now.duties) == ((), (duty,), (duty,))
    assert (now.since, now.held_since, now.until) == (START + MINUTE, START + 2 * MINUTE, None)
    assert [version.kind for version in history].count("holding") == 2
    assert spot.warden == "p-second"


def test_somebody_who_left_is_still_called_by_the_name(
    database_url: str, document: SiteDocument
) -> None:
    """GR-09: the holder of then has a name although the site file has forgotten the person."""
    alone = msgspec.structs.replace(
        document,
        people=document.people[:2],
        holdings=[msgspec.structs.replace(holding, stand_in=None) for holding in document.holdings],
    )

    async def work(conn: AsyncConnection[Any]) -> dict[str, Name]:
        await load_site(conn, document, now=START)
        await load_site(conn, alone, now=START + MINUTE)
        return await names_at(conn, ["p-second"], START + 2 * MINUTE)

    assert using(database_url, work)["p-second"].en == "Second"


def test_a_change_after_a_clock_was_set_back_still_comes_after_the_last(
    database_url: str, document: SiteDocument
) -> None:
    """GR-09: versions never overlap, whatever the clock says."""

    async def work(conn: AsyncConnection[Any]) -> Any:
        await load_site(conn, document, now=START)
        await load_site(conn, bordered(document, 10), now=START - MINUTE)
        return [v for v in await grid_history(conn, "C-1-01") if v.kind == "grid"]

    old, new = using(database_url, work)
    assert old.valid_from < old.valid_to == new.valid_from


@pytest.mark.parametrize(
    "statement",
    [
        "update hub.site_versions set facts = '{}'",
        "update hub.site_versions set valid_from = now()",
        "delete from hub.site_versions",
        "truncate hub.site_versions",
    ],
)
def test_the_database_refuses_to_rewrite_the_past(
    database_url: str, document: SiteDocument, statement: str
) -> None:
    """GR-09: a version only ever ends."""
    using(database_url, lambda conn: load_site(conn, document))
    with (
        psycopg.connect(database_url) as conn,
        pytest.raises(psycopg.errors.RestrictViolation, match="refused"),
    ):
        conn.execute(statement)  # type: ignore[arg-type]


Change = tuple[int, str, str | None, int, bool]  # minutes later, warden, stand-in, shift, merged

changes = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.sampled_from(PEOPLE),
        st.sampled_from((None, *PEOPLE)),
        st.sampled_from((0, 5, 10)),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(loads=changes, asked=st.lists(st.integers(-1, 45), min_size=3, max_size=8))
def test_any_time_is_answered_as_the_list_of_loads_says(
    database_url: str, document: SiteDocument, loads: list[Change], asked: list[int]
) -> None:
    """GR-09: T → grid → boundary, holder; the oracle is the last document loaded by then."""
    history: list[tuple[int, SiteDocument]] = []
    at = START
    for minutes, warden, stand_in, shift, merge in loads:
        at += minutes * MINUTE
        changed = held(bordered(document, shift), "C-1-01", warden, stand_in)
        history.append((at, merged(changed) if merge else changed))

    def oracle(when: int) -> dict[str, tuple[Grid, Holding]]:
        known = [one for since, one in history if since <= when]
        if not known:
            return {}
        holdings = {holding.grid: holding for holding in known[-1].holdings}
        return {grid.code: (grid, holdings[grid.code]) for grid in known[-1].grids}

    async def work(conn: AsyncConnection[Any]) -> None:
        async with conn.transaction(force_rollback=True):
            for since, one in history:
                await load_site(conn, one, now=since)
            for minutes in asked:
                when = START + minutes * MINUTE
                then = await territory_at(conn, when)
                assert {code: (t.grid, t.holding) for code, t in then.items()} == oracle(when)

    using(database_url, work)
