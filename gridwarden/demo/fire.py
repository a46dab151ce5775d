"""Fire registers of the demo: its watched hydrants, and a card per kind of equipment of each house.

None expires so soon that a case would come of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.equipment.domain import Card
from hub.equipment.store import put
from hub.hydrants.imports import take_over_watched
from hub.sites.domain import Building, Name, SiteDocument
from hub.sites.store import spots
from ingest import clock

OWNER = "Water company / 自来水公司"
_KINDS = (  # in each house: kind, names, pieces (metres of hose) on each floor, years that it holds
    ("extinguisher", "extinguishers", "灭火器", 4, 5),
    ("hose", "hoses", "水带", 40, 6),
)


async def fill_fire_registers(
    conn: AsyncConnection[Any], document: SiteDocument, now: Micros, *, actor: str
) -> None:
    """Write the hydrants and the cards; what is there already stays."""
    today = clock.moment(now).date()
    cards = [
        card
        for number, building in enumerate(document.buildings)
        for card in _cards(building, today - timedelta(days=180 + 30 * number))
    ]
    await take_over_watched(conn, await spots(conn), owner=OWNER, actor=actor, now=now)
    async with conn.transaction():
        await put(conn, cards, actor=actor, now=now)


def _cards(building: Building, bought: date) -> Iterator[Card]:
    corner = building.outline[0]
    opposite = building.outline[2]
    middle = ((corner[0] + opposite[0]) / 2, (corner[1] + opposite[1]) / 2)
    for kind, english, chinese, pieces, years in _KINDS:
        yield Card(
            id=f"{building.id}-{kind}",
            name=Name(f"{building.name.en}: {english}", f"{building.name.zh}{chinese}"),
            kind=kind,
            quantity=pieces * building.floors,
            at=middle,
            floor=1,
            building=building.id,
            bought=bought,
            valid_until=bought + timedelta(days=365 * years),
        )
