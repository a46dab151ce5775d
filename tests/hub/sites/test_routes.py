from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from psycopg_pool import AsyncConnectionPool

from hub.rights.domain import EVERYWHERE, Actor
from hub.rights.guard import acting
from hub.sites.domain import SiteDocument
from hub.sites.routes import router
from hub.sites.store import load_site


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    app.dependency_overrides[acting] = lambda: Actor(
        account=1, name="all", person="account:all", scopes={"site.read": EVERYWHERE}
    )
    async with AsyncConnectionPool(url, min_size=1, open=False) as pool:
        app.state.pool = pool
        async with AsyncClient(transport=ASGITransport(app), base_url="http://hub") as client:
            yield client


async def get_site(url: str) -> Response:
    async with serving(url) as client:
        return await client.get("/api/site")


def test_without_a_site_the_answer_says_what_to_do(database_url: str) -> None:
    answer = asyncio.run(get_site(database_url))
    assert answer.status_code == 404
    assert "gridwarden site load" in answer.json()["detail"]


def test_the_site_comes_with_levels_and_holders(database_url: str, document: SiteDocument) -> None:
    async def run() -> Response:
        async with await psycopg.AsyncConnection.connect(database_url) as conn:
            await load_site(conn, document)
        return await get_site(database_url)

    site = asyncio.run(run()).json()
    assert sorted(site) == [
        *(
            "bodies",
            "bounds",
            "buildings",
            "device_kinds",
            "grids",
            "id",
            "kinds",
            "levels",
            "name",
        ),
        *("people", "places", "roads"),
    ]
    leaf = next(grid for grid in site["grids"] if grid["code"] == "C-2-01")
    assert (leaf["level"], leaf["leaf"], leaf["parent"]) == (2, True, "C-2")
    assert (leaf["warden"], leaf["stand_in"]) == ("p-warden", "p-second")
    assert leaf["boundary"][0] == [100, 0]
    root = next(grid for grid in site["grids"] if grid["code"] == "C")
    assert (root["level"], root["leaf"], root["stand_in"]) == (0, False, None)
