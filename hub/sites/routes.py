"""Routes of the site: what the page draws the plan from."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, HTTPException, Request
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, Field

from hub.sites.domain import NO_TITLES, Point, SiteDocument, Titles, grid_path, leaf_codes
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


@router.get("/site", summary="The site: grids, buildings, roads, places and people")
async def site(request: Request) -> SiteView:
    """The loaded site, or 404 before a site file has been loaded."""
    pool = cast(AsyncConnectionPool, request.app.state.pool)
    async with pool.connection() as conn:
        document = await read_site(conn)
    if document is None:
        raise HTTPException(404, "No site is loaded yet: run `gridwarden site load FILE`.")
    return view(document, cast(Titles, getattr(request.app.state, "titles", NO_TITLES)))


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
