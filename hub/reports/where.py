"""Where: the spot that a report is about, whoever named it."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

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
    elif where.place is not None:
        found = await place_spot(conn, where.subject, where.place)
    elif where.point is not None:
        found = await point_spot(conn, where.subject, where.point)
    if found is None:
        (name,) = where.given
        raise ReportRefusedError([Fault(f"where.{name}", "the site has none there")])
    return found
