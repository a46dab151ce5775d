"""Routes of the site: what the page draws the plan from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

import msgspec
from fastapi import APIRouter, HTTPException, Request
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, Field

from hub.rights.domain import EVERYWHERE, Actor, may
from hub.rights.guard import Acting, needs
from hub.sites.coverage import locate
from hub.sites.domain import (
    NO_TITLES,
    GridKind,
    Point,
    SiteDocument,
    Titles,
    grid_path,
    leaf_codes,
)
from hub.sites.seen import part_of
from hub.sites.store import read_site

_SAME = ("levels", "bounds", "buildings", "roads", "places", "people", "bodies")

router = APIRouter(prefix="/api", tags=["site"])


class NameView(BaseModel):
    """A name in the two languages of the page."""

    en: str
    zh: str


class GridView(BaseModel):
    """A grid with its level (0 is the root) and holders."""

    code: str
    parent: str | None
    level: int
    name: NameView
    boundary: list[Point]
    warden: str | None
    stand_in: str | None
    leaf: bool
    kind: GridKind
    live: bool
    building: str | None
    floor: int | None = Field(description="Of a grid that holds one floor of its building only")


class BuildingView(BaseModel):
    """A building's outline."""

    id: str
    name: NameView
    outline: list[Point]
    floors: int


class RoadView(BaseModel):
    """A road's middle line and width in metres."""

    id: str
    line: list[Point]
    width: float


class PlaceView(BaseModel):
    """What a device watches."""

    id: str
    name: NameView
    kind: str
    building: str | None
    floor: int | None
    at: Point


class PersonView(BaseModel):
    """Someone who holds a grid or works with cases."""

    id: str
    name: NameView
    role: str


class HouseholdView(BaseModel):
    """A household or dormitory room; no names."""

    id: str
    at: Point
    people: int
    building: str | None
    floor: int | None
    grid: str | None


class UnitThing(BaseModel):
    """A shop, school, enterprise or office."""

    id: str
    name: NameView
    kind: str
    at: Point
    building: str | None
    floor: int | None
    grid: str | None


class ThingsView(BaseModel):
    """What lies in the grids besides devices and places."""

    households: list[HouseholdView]
    units: list[UnitThing]


class BodyView(BaseModel):
    """A department, company or authority that owns devices or repairs them."""

    id: str
    name: NameView
    phone: str | None


class SiteView(BaseModel):
    """The whole site but for its devices, whose state changes."""

    id: str
    name: NameView
    levels: list[NameView]
    bounds: tuple[float, float, float, float]
    grids: list[GridView]
    buildings: list[BuildingView]
    roads: list[RoadView]
    places: list[PlaceView]
    people: list[PersonView]
    bodies: list[BodyView]
    kinds: dict[str, NameView] = Field(
        description="Titles of kinds of cases that the plan has added"
    )
    device_kinds: dict[str, NameView] = Field(
        description="Titles of kinds of devices that the site or the plan has added"
    )


@router.get(
    "/site",
    summary="The site: grids, buildings, roads, places and people",
    dependencies=[needs("site.read")],
)
async def site(request: Request, actor: Acting) -> SiteView:
    """What one may see of the loaded site, or 404 before a site file has been loaded.

    Of the grids above one's own: name, outline and holders; of those beside: nothing.
    """
    document = await _seen(request, actor)
    return view(document, cast(Titles, getattr(request.app.state, "titles", NO_TITLES)))


@router.get(
    "/site/things",
    summary="Households and units, for the layers of a grid map",
    dependencies=[needs("site.read")],
)
async def things(request: Request, actor: Acting) -> ThingsView:
    """Every household and unit one may see, with its leaf grid; 404 before a site is loaded."""
    document = await _seen(request, actor)
    # In a thread: of a town it takes a while, and the streams share this one.
    homes = await asyncio.to_thread(locate, document, "household")
    units = await asyncio.to_thread(locate, document, "unit")
    return ThingsView.model_validate(
        {
            "households": [
                msgspec.structs.asdict(one) | {"grid": homes.get(one.id)}
                for one in document.households
            ],
            "units": [
                msgspec.structs.asdict(one) | {"grid": units.get(one.id)} for one in document.units
            ],
        },
        from_attributes=True,
    )


async def _seen(request: Request, actor: Actor) -> SiteDocument:
    document = await _loaded(request)
    if actor.reach("site.read") is EVERYWHERE:
        return document

    def sees(path: Sequence[str]) -> bool:
        return may(actor, "site.read", path)

    # In a thread, as below.
    return await asyncio.to_thread(part_of, document, sees, person=actor.person)


async def _loaded(request: Request) -> SiteDocument:
    pool = cast(AsyncConnectionPool, request.app.state.pool)
    async with pool.connection() as conn:
        document = await read_site(conn)
    if document is None:
        raise HTTPException(404, "No site is loaded yet: run `gridwarden site load FILE`.")
    return document


def view(document: SiteDocument, titles: Titles = NO_TITLES) -> SiteView:
    """The document as the page reads it, with the plan's titles; the site's own go before."""
    parents = {grid.code: grid.parent for grid in document.grids}
    leaves = set(leaf_codes(document))
    holdings = {holding.grid: holding for holding in document.holdings}
    grids = [
        {
            "code": grid.code,
            "parent": grid.parent,
            "level": len(grid_path(parents, grid.code)) - 1,
            "name": grid.name,
            "boundary": grid.boundary,
            "warden": holdings[grid.code].warden if grid.code in holdings else None,
            "stand_in": holdings[grid.code].stand_in if grid.code in holdings else None,
            "leaf": grid.code in leaves,
            "kind": grid.kind,
            "live": grid.live,
            "building": grid.building,
            "floor": grid.floor,
        }
        for grid in document.grids
    ]
    same = {name: getattr(document, name) for name in _SAME}
    added = {
        "kinds": titles.kinds,
        "device_kinds": titles.device_kinds | document.device_kinds,
    }
    return SiteView.model_validate(
        {"id": document.site.id, "name": document.site.name, "grids": grids} | same | added,
        from_attributes=True,
    )
