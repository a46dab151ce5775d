"""Routes of the division: grids with what belongs to them, now and at any time before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from hub.division.read import division_problems, grid_file, grid_lines, site_in_force
from hub.division.sight import seen_of, shown
from hub.division.then import GridAt, NoSuchGridError, grid_at
from hub.division.views import DivisionProblems, GridFile, GridLine, RoleView
from hub.problems import ProblemError
from hub.rights.domain import may
from hub.rights.guard import Acting, needs
from hub.sites.geojson import export_geojson
from hub.sites.roles import TITLES
from hub.views import Asked, name_view
from hub.wiring import Connection, WiredParts
from ingest import clock

router = APIRouter(prefix="/api", tags=["grids"])

GridCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["C-1-03"])]


@router.get(
    "/grids",
    summary="The tree of grids with holders and load",
    responses={404: {}},
    dependencies=[needs("site.read")],
)
async def read_grids(parts: WiredParts, conn: Connection, actor: Acting) -> list[GridLine]:
    """One's own grids with who holds and who answers for each now, and what it carries.

    Those above, too, without what they carry.
    """
    document = await site_in_force(conn)
    return await grid_lines(conn, parts, document, seen_of(actor, "site.read", document.grids))


@router.get(
    "/grids.geojson",
    summary="The division as GeoJSON",
    responses={404: {}},
    dependencies=[needs("site.read")],
)
async def read_geojson(conn: Connection, actor: Acting) -> Response:
    """Grids and their holders, in degrees where the site has an origin, else in metres."""
    document = await site_in_force(conn)
    seen = seen_of(actor, "site.read", document.grids)
    return Response(export_geojson(shown(document, seen)), media_type="application/geo+json")


@router.get(
    "/grid-problems",
    summary="What is wrong with the division",
    responses={404: {}},
    dependencies=[needs("site.read")],
)
async def read_problems(parts: WiredParts, conn: Connection, actor: Acting) -> DivisionProblems:
    """Gaps and overlaps with their shapes, warnings, blind spots and violations."""
    document = await site_in_force(conn)
    seen = seen_of(actor, "site.read", document.grids)
    return await division_problems(conn, parts, document, seen)


@router.get("/roles", summary="Roles and their titles", dependencies=[needs("site.read")])
async def read_roles() -> list[RoleView]:
    """Every role that a person of the site can have."""
    return [RoleView(id=role, title=name_view(title)) for role, title in TITLES.items()]


@router.get(
    "/grids/{code}",
    summary="Everything about a grid",
    responses={404: {}},
    dependencies=[needs("site.read")],
)
async def read_grid(code: GridCode, parts: WiredParts, conn: Connection, actor: Acting) -> GridFile:
    """A grid with its neighbours, holders, load and history."""
    document = await site_in_force(conn)
    seen = seen_of(actor, "site.read", document.grids)
    found = await grid_file(conn, parts, document, code, seen)
    if found is None:
        raise no_such_grid(code)
    return found


@router.get(
    "/grids/{code}/holder",
    summary="Who held a grid at a time",
    responses={404: {}},
    dependencies=[needs("site.read")],
)
async def read_holder(
    code: GridCode,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    at: Annotated[Asked | None, Query(description="Now, if left out")] = None,
) -> GridAt:
    """The grid with its boundary, holder, responsible persons and duties as they were then."""
    when = parts.clock() if at is None else clock.micros(at)
    document = await site_in_force(conn)
    seen = seen_of(actor, "site.read", document.grids)
    there = any(grid.code == code for grid in document.grids)

    def told(path: Sequence[str]) -> bool:
        return seen.knows(code) if there else may(actor, "site.read", path)

    try:
        found = await grid_at(conn, code, when, told)
    except NoSuchGridError:
        raise no_such_grid(code) from None
    if there and not seen.has(code):
        return found.model_copy(update={"duties": [], "contract": None})
    return found


def no_such_grid(code: str) -> ProblemError:
    """The problem of a code that no grid has, or had then."""
    return ProblemError(
        404,
        "no-such-grid",
        "There is no such grid",
        f"No grid has, or had at that time, the code `{code}`; see `grids` in GET /api/site.",
    )
