"""Place: what a service request is about, so that it comes to the case of the same hazard."""

from __future__ import annotations

from collections.abc import Collection
from math import hypot
from typing import Any

from psycopg import AsyncConnection

from hub.cases.query import open_near
from hub.hydrants.store import read_all
from hub.open311.domain import Open311Error, Sent
from hub.plans.categories import Category
from hub.reports.domain import Where
from hub.sites.domain import Point, SiteDocument, Spot

NEAR_M = 20.0  # ours: as far as a phone's position is off between buildings


async def where_of(
    conn: AsyncConnection[Any],
    sent: Sent,
    category: Category,
    site: SiteDocument,
    devices: dict[str, Spot],
) -> Where:
    """The thing that it names; else the case or hydrant at its point; else the point itself.

    Raises:
        Open311Error: a 400, if its address is nowhere in the site.
    """
    if sent.subject is not None:
        sort, name = sent.subject
        return Where(hydrant=name) if sort == "hydrant" else Where(equipment=name)
    if sent.point is None:
        return _addressed(sent, site)
    case = await open_near(conn, [sent.service, *category.joins], sent.point, NEAR_M)
    if case is not None:
        return subject_of(case.state.device, devices)
    if "hydrant" in category.about:
        found = await _hydrant_at(conn, sent.point, devices)
        if found is not None:
            return found
    return Where(point=sent.point)


def subject_of(subject: str, devices: Collection[str]) -> Where:
    """What the subject of a case names."""
    sort, _, name = subject.partition(":")
    if subject in devices or not name:
        return Where(device=subject)
    match sort:
        case "hydrant":
            return Where(hydrant=name)
        case "equipment":
            return Where(equipment=name)
        case "place":
            return Where(place=name)
        case _:
            x, y = name.split(",")
            return Where(point=(float(x), float(y)))


def _addressed(sent: Sent, site: SiteDocument) -> Where:
    ids = {place.id for place in site.places}
    if sent.address_id:
        if sent.address_id not in ids:
            raise Open311Error(400, f"address_id {sent.address_id} is no place of the site")
        return Where(place=sent.address_id)
    wanted = sent.address.casefold()
    found = [
        place.id
        for place in site.places
        if wanted in (place.id.casefold(), place.name.en.casefold(), place.name.zh.casefold())
    ]
    if len(found) != 1:
        raise Open311Error(
            400,
            f"address_string is {'no place' if not found else 'the name of several places'} of "
            "the site: send lat and long",
        )
    return Where(place=found[0])


async def _hydrant_at(
    conn: AsyncConnection[Any], at: Point, devices: dict[str, Spot]
) -> Where | None:
    """The nearest hydrant, by its register or by the sensor that watches it."""
    found = [
        (
            _metres(one.at, at),
            Where(hydrant=one.id) if one.device is None else Where(device=one.device),
        )
        for one in await read_all(conn)
    ]
    found += [
        (_metres(spot.at, at), Where(device=name))
        for name, spot in devices.items()
        if spot.kind == "hydrant"
    ]
    near = [one for one in found if one[0] <= NEAR_M]
    return min(near, key=lambda one: one[0])[1] if near else None


def _metres(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
