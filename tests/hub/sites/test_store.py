from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
import psycopg
import pytest

from hub.sites.domain import SiteDocument
from hub.sites.store import SITE_CHANNEL, SiteRefusedError, load_site, read_site, spots

T = TypeVar("T")


def using(url: str, work: Callable[[psycopg.AsyncConnection[Any]], Awaitable[T]]) -> T:
    async def run() -> T:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
            return await work(conn)

    return asyncio.run(run())


def test_nothing_is_there_before_the_first_load(database_url: str) -> None:
    assert using(database_url, read_site) is None
    assert using(database_url, spots) == {}


def test_a_loaded_site_reads_back_the_same(database_url: str, document: SiteDocument) -> None:
    async def work(conn: psycopg.AsyncConnection[Any]) -> SiteDocument | None:
        await load_site(conn, document)
        await load_site(conn, document)
        return await read_site(conn)

    again = using(database_url, work)
    assert again is not None
    ordered = msgspec.structs.replace(
        document,
        grids=sorted(document.grids, key=lambda grid: grid.code),
        people=sorted(document.people, key=lambda person: person.id),
        holdings=sorted(document.holdings, key=lambda holding: holding.grid),
        places=sorted(document.places, key=lambda place: place.id),
    )
    assert again == ordered


def test_a_spot_knows_its_grid_and_who_answers_for_it(
    database_url: str, document: SiteDocument
) -> None:
    async def work(conn: psycopg.AsyncConnection[Any]) -> None:
        await load_site(conn, document)
        spot = (await spots(conn))["smoke-1"]
        assert (spot.grid, spot.grid_path) == ("C-2-02", ("C", "C-2", "C-2-02"))
        assert (spot.warden, spot.stand_in) == ("p-warden", "p-second")
        assert (spot.place, spot.place_name.en, spot.at) == ("room-1", "Room 1", (130, 130))
        assert (spot.agent, spot.report_s) == ("edge-1", 10)

    using(database_url, work)


def test_what_a_new_document_leaves_out_is_gone(database_url: str, document: SiteDocument) -> None:
    smaller = msgspec.structs.replace(
        document, devices=document.devices[:1], places=document.places[:1], buildings=[], roads=[]
    )

    async def work(conn: psycopg.AsyncConnection[Any]) -> SiteDocument | None:
        await load_site(conn, document)
        await load_site(conn, smaller)
        return await read_site(conn)

    again = using(database_url, work)
    assert again is not None
    assert [device.id for device in again.devices] == ["hydrant-1"]
    assert (again.buildings, again.roads) == ([], [])


def test_devices_are_registered_for_ingest_once(database_url: str, document: SiteDocument) -> None:
    smaller = msgspec.structs.replace(document, devices=document.devices[:1])

    second = msgspec.structs.replace(document.devices[1], id="smoke-2")
    more = msgspec.structs.replace(document, devices=[*document.devices, second])

    async def work(conn: psycopg.AsyncConnection[Any]) -> None:
        async def registered() -> list[tuple[str, bool]]:
            cursor = await conn.execute("select name, registered from public.devices order by name")
            return await cursor.fetchall()

        await conn.execute(
            "insert into public.devices (name, registered) values ('smoke-1', false)"
        )
        await load_site(conn, document)
        await load_site(conn, document)
        assert await registered() == [("hydrant-1", True), ("smoke-1", True)]
        await load_site(conn, smaller)
        assert await registered() == [("hydrant-1", True), ("smoke-1", False)]
        await load_site(conn, more)
        assert ("smoke-2", True) in await registered()

    using(database_url, work)


def test_a_site_with_problems_changes_nothing(database_url: str, document: SiteDocument) -> None:
    broken = msgspec.structs.replace(document, holdings=[])

    async def work(conn: psycopg.AsyncConnection[Any]) -> SiteDocument | None:
        await load_site(conn, document)
        with pytest.raises(SiteRefusedError, match=r"has no chief.*and 2 more") as refused:
            await load_site(conn, broken)
        assert len(refused.value.problems) == 7
        return await read_site(conn)

    again = using(database_url, work)
    assert again is not None
    assert len(again.holdings) == 7


def test_listeners_hear_that_the_site_changed(database_url: str, document: SiteDocument) -> None:
    async def work(conn: psycopg.AsyncConnection[Any]) -> None:
        await conn.execute(f"listen {SITE_CHANNEL}")
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await load_site(other, document)
        heard = [notice.channel async for notice in conn.notifies(timeout=5, stop_after=1)]
        assert heard == [SITE_CHANNEL]

    using(database_url, work)
