"""Routes of the water maps: the sources of a grid as a drawing, or to be printed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from shapely import Polygon

from hub.hydrants import store
from hub.hydrants.now import standing
from hub.hydrants.water_map import Ground, Listed, Viewpoint, draw, listed, print_map
from hub.paper import STYLE, STYLE_PATH
from hub.problems import FieldError, ProblemError, invalid
from hub.rights.domain import EVERYWHERE, SITE_WIDE, Actor, Right, may
from hub.rights.guard import Acting, needs, open_to_all, within
from hub.sites.coverage import Thing, locate_among
from hub.sites.domain import Grid, Name, SiteDocument, grid_path, leaf_codes
from hub.sites.seen import part_of
from hub.sites.store import read_site
from hub.wiring import Connection, WiredParts

VIEWPOINTS = ("entrance", "fire_office")  # kinds of places that a map is for (000:L266)
MIDDLE = Name("the grid's middle", "网格中心")

Code = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["C-1"])]
From = Annotated[
    list[str] | None,
    Query(
        alias="from",
        description="Places to measure from; without any, the entrances and fire offices in it",
        max_length=20,
    ),
]
_RIGHT: Right = "registers.read"
Language = Annotated[Literal["en", "zh"], Query()]

router = APIRouter(prefix="/api", tags=["hydrants"])


@router.get(
    "/grids/{code}/water-sources.svg",
    summary="Water sources, drawn",
    response_class=Response,
    dependencies=[needs("registers.read")],
)
async def draw_water_sources(
    code: Code,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    places: From = None,
    lang: Language = "en",
) -> Response:
    """The map of a grid's water sources as an SVG file."""
    ground, sources, viewpoints = await _collect(code, places or (), parts, conn, actor)
    return Response(draw(ground, sources, viewpoints, lang), media_type="image/svg+xml")


@router.get(
    "/grids/{code}/water-sources.html",
    summary="Water sources, to be printed",
    response_class=Response,
    dependencies=[needs("registers.read")],
)
async def print_water_sources(
    code: Code,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    places: From = None,
    lang: Language = "en",
) -> Response:
    """The map with the list of sources, their states and distances."""
    ground, sources, viewpoints = await _collect(code, places or (), parts, conn, actor)
    now = parts.local_time()
    return Response(
        print_map(ground, sources, viewpoints, lang, now), media_type="text/html; charset=utf-8"
    )


@router.get(
    STYLE_PATH.removeprefix("/api"),
    include_in_schema=False,
    dependencies=[open_to_all("a style sheet", counted=False)],
)
async def paper_style() -> Response:
    """The style sheet of everything that is printed."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "no-cache"})


async def _collect(
    code: str, places: Sequence[str], parts: WiredParts, conn: Connection, actor: Actor
) -> tuple[Ground, list[Listed], list[Viewpoint]]:
    site = await read_site(conn)
    parents = {one.code: one.parent for one in site.grids} if site else {}
    within(actor, _RIGHT, grid_path(parents, code) if code in parents else SITE_WIDE)
    grid = next((one for one in site.grids if one.code == code), None) if site else None
    if site is None or grid is None:
        raise ProblemError(
            404, "no-such-grid", "There is no such grid", f"No grid has the code {code}."
        )
    if actor.reach(_RIGHT) is not EVERYWHERE:  # in a thread: geometry
        site = await asyncio.to_thread(part_of, site, partial(may, actor, _RIGHT))
    viewpoints = _viewpoints(site, grid, places)
    everything = await standing(conn, await store.read_all(conn), parts.plan, parts.clock())
    inside = [one for one in everything if code in one.grid_path]
    leaves = set(leaf_codes(site))
    ground = Ground(
        site=site.site.name,
        grid=grid,
        leaves=[
            one for one in site.grids if one.code in leaves and code in grid_path(parents, one.code)
        ],
        roads=site.roads,
        buildings=site.buildings,
    )
    return ground, listed(inside, viewpoints), viewpoints


def _viewpoints(site: SiteDocument, grid: Grid, places: Sequence[str]) -> list[Viewpoint]:
    known = {place.id: place for place in site.places}
    for place in places:
        if place not in known:
            message = f"the site has no place {place}"
            raise invalid([FieldError(field="query.from", message=message)])
    parents = {one.code: one.parent for one in site.grids}
    entries = [place for place in site.places if place.kind in VIEWPOINTS]
    where = locate_among(
        site.grids, [Thing("place", place.id, place.at, place.floor) for place in entries]
    )
    inside = [
        place.id
        for place in entries
        if place.id in where and grid.code in grid_path(parents, where[place.id])
    ]
    found = [Viewpoint(known[place].name, known[place].at) for place in places or inside]
    if found:
        return found
    middle = Polygon(grid.boundary).centroid
    return [Viewpoint(MIDDLE, (middle.x, middle.y))]
