"""Where: the spot of an item that is said to be in a place, a unit or a building."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from psycopg import AsyncConnection
from shapely import Polygon

from hub.equipment.domain import Card
from hub.rights.domain import EVERYWHERE, SITE_WIDE, Actor, Right, may
from hub.sites.coverage import Thing, paths_among
from hub.sites.domain import Point
from hub.sites.store import read_grids
from ingest.sql import load_queries

What = Literal["place", "unit", "building"]

_QUERIES = load_queries("hub.equipment")


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """Where a place, unit or building lies; `floor` and `building` are None outdoors."""

    at: Point
    floor: int | None
    building: str | None


Homes = Mapping[tuple[What, str], Home]


async def read_homes(
    conn: AsyncConnection[Any], actor: Actor, right: Right
) -> dict[tuple[What, str], Home]:
    """The places, units and buildings that somebody has a right for.

    A building stands for its middle.
    """
    cursor = await conn.execute(_QUERIES["spots"])
    found: dict[tuple[What, str], Home] = {}
    for what, id_, at, floor, building in await cursor.fetchall():
        if what == "building":
            middle = Polygon(at).representative_point()
            at = (middle.x, middle.y)
        found[what, id_] = Home(at=(at[0], at[1]), floor=floor, building=building)
    if actor.reach(right) is EVERYWHERE:
        return found
    things = [
        Thing("place", f"{what}:{id_}", one.at, one.floor) for (what, id_), one in found.items()
    ]
    paths = paths_among(await read_grids(conn), things)
    return {
        (what, id_): one
        for (what, id_), one in found.items()
        if may(actor, right, paths.get(f"{what}:{id_}", SITE_WIDE))
    }


def things_of(cards: Iterable[Card]) -> list[Thing]:
    """The cards as things that lie in a grid."""
    return [Thing("place", one.id, one.at, one.floor) for one in cards]


async def seen_cards(
    conn: AsyncConnection[Any], cards: Sequence[Card], actor: Actor, right: Right
) -> list[Card]:
    """The cards that somebody has a right for, in their order."""
    if actor.reach(right) is EVERYWHERE:
        return list(cards)
    paths = paths_among(await read_grids(conn), things_of(cards))
    return [one for one in cards if may(actor, right, paths.get(one.id, SITE_WIDE))]
