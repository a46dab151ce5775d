"""Routes of the division: grids with what belongs to them, now and at any time before."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from hub.division.then import GridAt, NoSuchGridError, grid_at
from hub.problems import ProblemError
from hub.views import Asked
from hub.wiring import Connection, WiredParts
from ingest import clock

router = APIRouter(prefix="/api", tags=["grids"])

GridCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["C-1-03"])]


@router.get("/grids/{code}/holder", summary="Who held a grid at a time", responses={404: {}})
async def read_holder(
    code: GridCode,
    parts: WiredParts,
    conn: Connection,
    at: Annotated[Asked | None, Query(description="Now, if left out")] = None,
) -> GridAt:
    """The grid with its boundary, holder, responsible persons and duties as they were then."""
    when = parts.clock() if at is None else clock.micros(at)
    try:
        return await grid_at(conn, code, when)
    except NoSuchGridError:
        raise no_such_grid(code) from None


def no_such_grid(code: str) -> ProblemError:
    """The problem of a code that no grid has, or had then."""
    return ProblemError(
        404,
        "no-such-grid",
        "There is no such grid",
        f"No grid has, or had at that time, the code `{code}`; see `grids` in GET /api/site.",
    )
