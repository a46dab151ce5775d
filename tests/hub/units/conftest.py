"""A hub that serves the small site with units in it, by the shipped campus plan."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from hub.sites.domain import Building, Household, Unit
from hub.sites.store import load_site
from tests.hub.make import SITE, RunningHub, in_transaction, name, running_hub

OUTLINE = [(10, 10), (90, 10), (90, 40), (10, 40)]
UNITS = msgspec.structs.replace(
    SITE,
    buildings=[Building("block-1", name("Block 1"), OUTLINE, 3)],  # type: ignore[arg-type]
    households=[Household("h-1", (20, 20), 4, "block-1", 1)],
    units=[
        Unit("mill", name("Mill"), "enterprise", (150, 50)),
        Unit("shop-01", name("Shop"), "shop", (20, 20), "block-1", 1),
        Unit("theatre", name("Theatre"), "theatre", (30, 80)),
    ],
)


@pytest.fixture
def hub(database_url: str) -> Iterator[RunningHub]:
    in_transaction(database_url, lambda conn: load_site(conn, UNITS))
    with running_hub(database_url) as running:
        yield running
