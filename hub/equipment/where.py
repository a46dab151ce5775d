"""Where: the spot of an item that is said to be in a place, a unit or a building."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from psycopg import AsyncConnection
from shapely import Polygon

from hub.sites.domain import Point
from ingest.sql import load_queries

What = Literal["place", "unit", "building"]

_QUERIES = load_queries("hub.equipment")


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """Where a place, unit or building lies; `floor` and `building` are None outdoors."""

    at: Point
    floor: int | None
    building: str | None


Homes = Mapping[tuple[What, str], Home]


async def read_homes(conn: AsyncConnection[Any]) -> dict[tuple[What, str], Home]:
    """Every place, unit and building of the site; a building stands for its middle."""
    cursor = await conn.execute(_QUERIES["spots"])
    found: dict[tuple[What, str], Home] = {}
    for what, id_, at, floor, building in await cursor.fetchall():
        if what == "building":
            middle = Polygon(at).representative_point()
            at = (middle.x, middle.y)
        found[what, id_] = Home(at=(at[0], at[1]), floor=floor, building=building)
    return found
