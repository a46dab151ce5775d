"""A hub that serves a small site with every kind of file, by the shipped campus plan."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from hub.sites.domain import Building, Grid, Household, Place, Unit
from hub.sites.store import load_site
from tests.hub.make import SITE, RunningHub, in_transaction, name, running_hub

OUTLINE = [(10, 10), (90, 10), (90, 40), (10, 40)]
LEVELS = [name("Campus"), name("Grid"), name("Yard")]
HALL = Place("hall", name("Hall"), "room", "block-1", 1, (20, 20))
EVERY_KIND = msgspec.structs.replace(
    SITE,
    levels=LEVELS,
    grids=[
        *SITE.grids,
        Grid("C-2-1", "C-2", name("Yard"), SITE.grids[2].boundary, kind="unit"),
    ],
    holdings=[*SITE.holdings, msgspec.structs.replace(SITE.holdings[0], grid="C-2-1")],
    buildings=[Building("block-1", name("Block 1"), OUTLINE, 3)],  # type: ignore[arg-type]
    places=[*SITE.places, HALL],
    devices=[
        *SITE.devices,
        msgspec.structs.replace(SITE.devices[0], id="smoke-01", kind="smoke", place="hall"),
    ],
    households=[
        Household("h-1", (20, 20), 4, "block-1", 1),
        Household("h-2", (30, 20), 3, "block-1", 2),
    ],
    units=[
        Unit("mill", name("Mill"), "enterprise", (150, 50)),
        Unit("shop-01", name("Shop"), "shop", (20, 20), "block-1", 1),
    ],
)


@pytest.fixture
def hub(database_url: str) -> Iterator[RunningHub]:
    in_transaction(database_url, lambda conn: load_site(conn, EVERY_KIND))
    with running_hub(database_url) as running:
        yield running
