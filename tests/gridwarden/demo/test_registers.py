"""The demo's registers: written once, and showing what is wanting."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from psycopg import AsyncConnection

from edge.simulate.places import build_places
from edge.simulate.site_file import site_document
from edge.simulate.territory import build_territory
from gridwarden.demo.registers import fill_registers
from hub.sites.domain import Device, SiteDocument, read_document
from hub.sites.store import load_site
from ingest import clock
from tests.hub.make import RunningHub, running_hub


def campus() -> SiteDocument:
    """The campus with a hydrant at each building; its own devices take long to build."""
    territory = build_territory(7)
    places = build_places(territory, [(20.0, 20.0)])
    document = read_document(msgspec.json.encode(site_document(7, territory, places, [])))
    hydrants = [
        Device(f"hydrant-{one.id}", "hydrant", places[-1].id, one.middle, "west", 5)
        for one in territory.buildings
    ]
    return msgspec.structs.replace(document, devices=hydrants)


@pytest.fixture
def filled(database_url: str) -> str:
    document = campus()

    async def fill() -> None:
        async with await AsyncConnection[Any].connect(database_url) as conn:
            await load_site(conn, document)
            for _ in range(2):
                await fill_registers(conn, document, clock.now())

    asyncio.run(fill())
    return database_url


def test_units_and_files_are_partly_filed_some_stale_and_written_once(filled: str) -> None:
    with running_hub(filled) as hub:
        assert_wanting(hub)


def test_hydrants_and_equipment_are_written_down_and_none_warns(filled: str) -> None:
    with running_hub(filled) as hub:
        hydrants, cards = hub.get("/api/hydrants")["items"], hub.get("/api/equipment")["items"]
        assert len(hydrants) == len(campus().buildings)
        assert {one["state"] for one in hydrants} == {"in_order"}
        assert len(cards) == 2 * len(hydrants)
        assert [one["id"] for one in cards if one["expires"] or one["expired"]] == []


def assert_wanting(hub: RunningHub) -> None:
    units = hub.get("/api/units")
    assert units["total"] == 16
    assert 0 < units["filing"]["both"] < units["filing"]["key"]
    assert {one["class"] for one in units["items"]} >= {"key_a", "key_b", "six_small"}
    assert hub.get("/api/units/library")["history"][-1]["aspect"] == "class"
    assert len(hub.get("/api/units/library")["history"]) == 8
    root = hub.get("/api/file-progress", kind="building")["grids"][0]
    assert 0 < root["consolidated"] < root["complete"] < root["files"] == 12
    assert hub.get("/api/files", stale=True)["items"]
    (watched,) = hub.get("/api/watch-list")["items"]
    assert watched["percent"] == 60
