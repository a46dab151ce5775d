"""Routes of the evacuation totals: read and write one building's."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path

from hub.acting import Person, refuse_unknown
from hub.evacuation import store
from hub.evacuation.domain import Total
from hub.evacuation.views import EvacuationView, TotalRequest, evacuation_view
from hub.files.subjects import building_path
from hub.problems import ProblemError
from hub.replies.store import Asked, Key, once
from hub.rights.domain import EVERYWHERE, SITE_WIDE, Actor, Right
from hub.rights.guard import Acting, needs, within
from hub.sites.store import read_site
from hub.sourced import Standing
from hub.views import name_view
from hub.wiring import Connection, Parts, WiredParts

BuildingId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["dormitory-1"])]

router = APIRouter(prefix="/api", tags=["files"])


@router.get(
    "/buildings/{building}/evacuation",
    summary="How many people of a building need help to get out",
    responses={404: {}},
    dependencies=[needs("registers.read")],
)
async def read_evacuation(
    building: BuildingId, parts: WiredParts, conn: Connection, actor: Acting
) -> EvacuationView:
    """Totals only: the hub has no list of these people (PR-08)."""
    await _within(conn, building, actor, "registers.read")
    return await _view(conn, parts, building)


@router.post(
    "/buildings/{building}/evacuation",
    summary="Say how many people of a building need help to get out",
    status_code=201,
    responses={400: {}, 404: {}},
    dependencies=[needs("registers.write")],
)
async def write_evacuation(
    building: BuildingId,
    request: TotalRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
    key: Key = None,
) -> EvacuationView:
    """Adds a total; earlier ones stay."""
    await refuse_unknown(parts, conn, person)
    await _within(conn, building, actor, "registers.write")
    await _view(conn, parts, building)
    now = parts.clock()

    async def write() -> EvacuationView:
        total = Total(
            building=building,
            people=request.people,
            source=request.source,
            actor=person,
            at=now,
        )
        await store.add_total(conn, total)
        return await _view(conn, parts, building)

    what = f"evacuation {building} {request.model_dump_json()}"
    asked = Asked(person=person, key=key, what=what, now=now)
    return await once(conn, asked, EvacuationView, write)


async def _within(conn: Connection, building: str, actor: Actor, right: Right) -> None:
    if actor.reach(right) is EVERYWHERE:
        return
    document = await read_site(conn)
    path = SITE_WIDE
    if document is not None:  # in a thread: geometry, and the streams share this one
        path = await asyncio.to_thread(building_path, document, building)
    within(actor, right, path)


async def _view(conn: Connection, parts: Parts, building: str) -> EvacuationView:
    name = await store.building_name(conn, building)
    if name is None:
        raise ProblemError(
            404,
            "no-such-building",
            "There is no such building",
            f"The site file has no building `{building}`; see `buildings` in GET /api/site.",
        )
    held = (await store.totals(conn, building)).get(building, Standing[Total]())
    return evacuation_view(building, name_view(name), held, parts.directory)
