"""Where: the spot that a report is about, whoever named it."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from hub.equipment.store import find as find_card
from hub.equipment.store import spot_of as card_spot
from hub.hydrants.store import find, find_by_device
from hub.reports.domain import Fault, ReportRefusedError, Where
from hub.sites.domain import Spot
from hub.sites.store import place_spot, point_spot, spots


async def spot_of(conn: AsyncConnection[Any], where: Where) -> Spot:
    """The spot, under the name that the case gets.

    Raises:
        ReportRefusedError: there is no such thing, or it lies outside of the site.
    """
    found: Spot | None = None
    if where.device is not None:
        found = (await spots(conn)).get(where.device)
    elif where.hydrant is not None:
        found = await _hydrant_spot(conn, where.hydrant)
    elif where.equipment is not None:
        card = await find_card(conn, where.equipment)
        found = None if card is None else await card_spot(conn, card)
    elif where.place is not None:
        found = await place_spot(conn, where.subject, where.place)
    elif where.point is not None:
        found = await point_spot(conn, where.subject, where.point)
    if found is None:
        (name,) = where.given
        raise ReportRefusedError([Fault(f"where.{name}", "the site has none there")])
    return found


async def _hydrant_spot(conn: AsyncConnection[Any], hydrant: str) -> Spot | None:
    """That of the sensor that watches it, if there is one: the two are one thing."""
    found = await find(conn, hydrant)
    if found is None:
        return None
    watched = (await spots(conn)).get(found.device) if found.device is not None else None
    if watched is not None:
        return watched
    return await point_spot(conn, f"hydrant:{hydrant}", found.at, name=found.name, kind="hydrant")


async def consented_subject(conn: AsyncConnection[Any], where: Where) -> str | None:
    """By which name a consent to move it would stand; None: it cannot be agreed to."""
    if where.equipment is not None or where.hydrant is not None:
        return f"equipment:{where.equipment}" if where.equipment else f"hydrant:{where.hydrant}"
    if where.device is None:
        return None
    hydrant = await find_by_device(conn, where.device)
    return None if hydrant is None else f"hydrant:{hydrant.id}"
