"""Routes of the register of hydrants: read, write down, census, import and export."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from hub.acting import Person, refuse_unknown
from hub.hydrants import imports, store
from hub.hydrants.domain import Hydrant, State
from hub.hydrants.now import seen_hydrants, standing, things_of
from hub.hydrants.table import NEEDED, OPTIONAL, rows_of
from hub.hydrants.views import (
    CensusRequest,
    HydrantEntry,
    HydrantFile,
    HydrantList,
    HydrantRequest,
    HydrantView,
    TakenOver,
    WatchedRequest,
    hydrant_view,
)
from hub.logbooks.views import line_view
from hub.paging import After, Most, named
from hub.photos.store import NoSuchPhotoError, hold
from hub.photos.views import no_such_photo
from hub.problems import FieldError, ProblemError, invalid, told
from hub.registers.rows import OUTSIDE
from hub.replies.repeatable import repeatable
from hub.reports.domain import Filed, Where
from hub.reports.store import file
from hub.rights.domain import SITE_WIDE, Actor, Right, may
from hub.rights.guard import Acting, needs, within
from hub.rights.sight import seen_spots
from hub.sites.coverage import paths_among
from hub.sites.store import point_spot, read_grids, spots
from hub.table_import import ImportReport, Sent, csv_body, take
from hub.tables import write_table
from hub.wiring import Connection, Parts, WiredParts
from ingest import clock

HydrantId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["H-07"])]

_EXAMPLE = {
    "id": "H-001",
    "name_en": "North gate",
    "name_zh": "北门",
    "kind": "hydrant",
    "x": "50",
    "y": "50",
    "owner": "Water company",
}

router = APIRouter(prefix="/api", tags=["hydrants"])


@router.get(
    "/hydrants",
    summary="The register of hydrants and other water sources",
    dependencies=[needs("registers.read")],
)
async def list_hydrants(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    grid: Annotated[str | None, Query(description="Only in this grid or below it")] = None,
    state: Annotated[State | None, Query(description="Only in this state")] = None,
    most: Most = None,
    after: After = None,
) -> HydrantList:
    """Each with its state now, by what people told, its cases and planned shut-offs."""
    now = parts.clock()
    hydrants = await seen_hydrants(conn, await store.read_all(conn), actor, "registers.read")
    found = await standing(conn, hydrants, parts.plan, now)
    inside = [one for one in found if grid is None or grid in one.grid_path]
    wanted = [one for one in inside if state is None or one.state == state]
    page, onward = named(wanted, lambda one: one.hydrant.id, after, most)
    return HydrantList(
        items=[hydrant_view(one, parts.directory, now, actor) for one in page],
        states=dict(Counter(one.state for one in inside)),
        next=onward,
    )


@router.get(
    "/hydrants.csv",
    summary="The register as CSV",
    response_class=Response,
    dependencies=[needs("exports.read")],
)
async def export_hydrants(parts: WiredParts, conn: Connection, actor: Acting) -> Response:
    """UTF-8 with a byte order mark; what an import takes."""
    hydrants = await seen_hydrants(conn, await store.read_all(conn), actor, "exports.read")
    found = await standing(conn, hydrants, parts.plan, parts.clock())
    name = {"Content-Disposition": 'attachment; filename="hydrants.csv"'}
    return Response(
        write_table(rows_of(found), (*NEEDED, *OPTIONAL)), media_type="text/csv", headers=name
    )


@router.post(
    "/hydrants/import",
    summary="Import the register from CSV",
    responses={400: {}, 413: {}},
    openapi_extra=csv_body(_EXAMPLE),
    dependencies=[needs("registers.import")],
)
async def import_hydrants(
    table: Sent, parts: WiredParts, conn: Connection, actor: Acting
) -> ImportReport:
    """Columns id, name_en, name_zh, kind, x, y, owner, and device, state, census_date if wanted.

    All rows or none: with `dry_run` bad cells are listed, without they refuse the table.
    """
    bring = partial(imports.bring, conn, actor=actor)
    return await take(conn, parts, table, bring, needed=NEEDED, optional=OPTIONAL)


@router.post(
    "/hydrants/from-devices",
    summary="Take over the hydrants that sensors watch",
    responses={400: {}},
    dependencies=[needs("registers.import")],
)
@repeatable
async def take_over_hydrants(
    request: WatchedRequest, parts: WiredParts, conn: Connection, person: Person, actor: Acting
) -> TakenOver:
    """Those that the register does not have yet; hydrant and sensor are then one thing."""
    await refuse_unknown(parts, conn, person)
    watched = seen_spots(actor, "registers.import", parts.directory.spots)
    new = await imports.take_over_watched(
        conn, watched, owner=request.owner.strip(), actor=person, now=parts.clock()
    )
    return TakenOver(new=new)


@router.get(
    "/hydrants/{hydrant}",
    summary="A hydrant with its history",
    dependencies=[needs("registers.read")],
)
async def read_hydrant(
    hydrant: HydrantId, parts: WiredParts, conn: Connection, actor: Acting
) -> HydrantFile:
    """How it stands, and who wrote what about it."""
    found = await _found(conn, hydrant, actor, "registers.read")
    return HydrantFile(
        hydrant=await _view(conn, found, parts, actor),
        history=[
            line_view(HydrantEntry, one, parts.directory)
            for one in await store.LOG.history(conn, hydrant)
        ],
    )


@router.put(
    "/hydrants/{hydrant}",
    summary="Write a hydrant down",
    responses={400: {}},
    dependencies=[needs("registers.write")],
)
async def put_hydrant(
    hydrant: HydrantId,
    request: HydrantRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
) -> HydrantView:
    """A new one, or a correction; state and census stay as they are."""
    await refuse_unknown(parts, conn, person)
    async with conn.transaction():
        await store.lock(conn)
        before = await store.find(conn, hydrant)
        if before is not None:
            await _found(conn, hydrant, actor, "registers.write")
        wanted = request.hydrant(hydrant, before)
        await _refuse_wrong(conn, wanted, actor)
        await store.put(conn, [wanted], actor=person, now=parts.clock())
    kept = await store.find(conn, hydrant)
    assert kept is not None
    return await _view(conn, kept, parts, actor)


@router.post(
    "/hydrants/{hydrant}/census",
    summary="Tell how a hydrant stands",
    responses={400: {}, 404: {}, 409: {}},
    dependencies=[needs("registers.write")],
)
@repeatable
async def take_census(
    hydrant: HydrantId,
    request: CensusRequest,
    parts: WiredParts,
    conn: Connection,
    person: Person,
    actor: Acting,
) -> HydrantView:
    """By somebody who looked at it; a fault opens a case, or joins the open one.

    A look of an earlier day does not take the place of what was told since.
    """
    await refuse_unknown(parts, conn, person)
    now, day = parts.clock(), request.day or parts.today()
    if day > parts.today():
        raise invalid([FieldError(field="body.day", message="is still to come")])
    until = min(now, clock.micros(datetime.combine(day + timedelta(days=1), time(), parts.zone)))
    with told(NoSuchPhotoError, no_such_photo):
        async with conn.transaction():
            await store.lock(conn)
            found = await _found(conn, hydrant, actor, "registers.write")
            (stands,) = await standing(conn, [found], parts.plan, now)
            if request.state == "in_order" and stands.cases:
                number = stands.cases[0].number
                raise ProblemError(
                    409,
                    "hydrant-has-case",
                    "A case of the hydrant is open",
                    f"Verify and close case {number}; the hydrant is in order then.",
                )
            await hold(conn, request.photos)
            seen = await store.take_census(
                conn,
                found,
                state=request.state,
                day=day,
                until=until,
                actor=person,
                now=now,
                words=request.note.strip(),
                photos=request.photos,
            )
            (after,) = await standing(conn, [seen], parts.plan, now)
            if until == now or after.state == request.state:
                await _report(conn, parts, request, person, seen, now)
    return await _view(conn, seen, parts, actor)


async def _found(conn: Connection, hydrant: str, actor: Actor, right: Right) -> Hydrant:
    found = await store.find(conn, hydrant)
    things = things_of([] if found is None else [found])
    within(actor, right, paths_among(await read_grids(conn), things).get(hydrant, SITE_WIDE))
    if found is None:
        raise no_such_hydrant(hydrant)
    return found


def no_such_hydrant(hydrant: str) -> ProblemError:
    """The problem of a hydrant that the register does not have."""
    return ProblemError(
        404,
        "no-such-hydrant",
        "There is no such hydrant",
        f"The register has no {hydrant}; see GET /api/hydrants.",
    )


async def _report(
    conn: Connection, parts: Parts, request: CensusRequest, person: str, seen: Hydrant, now: int
) -> None:
    wanted = (
        name
        for name, one in parts.plan.categories.items()
        if one.reportable and one.hydrant_states.get(name) == request.state
    )
    category = next(wanted, None)
    if category is None:  # of this state the plan takes no reports
        return
    filed = Filed(
        category=category,
        where=Where(hydrant=seen.id),
        actor=person,
        seen=now,
        words=request.note,
        photos=tuple(request.photos),
    )
    await file(conn, filed, parts.plan, now)


async def _refuse_wrong(conn: Connection, wanted: Hydrant, actor: Actor) -> None:
    there = await point_spot(conn, wanted.id, wanted.at)
    if there is None or not may(actor, "registers.write", there.grid_path):
        raise invalid([FieldError(field="body.at", message=OUTSIDE)])
    if wanted.device is None:
        return
    spot = (await spots(conn)).get(wanted.device)
    seen = spot is not None and may(actor, "registers.write", spot.grid_path)
    if spot is None or not seen or spot.kind != "hydrant":
        message = f"the site has no hydrant {wanted.device}"
        raise invalid([FieldError(field="body.device", message=message)])
    other = await store.find_by_device(conn, wanted.device)
    if other is not None and other.id != wanted.id:
        message = f"{wanted.device} watches {other.id} already"
        raise invalid([FieldError(field="body.device", message=message)])


async def _view(conn: Connection, hydrant: Hydrant, parts: Parts, actor: Actor) -> HydrantView:
    now = parts.clock()
    (one,) = await standing(conn, [hydrant], parts.plan, now)
    return hydrant_view(one, parts.directory, now, actor)
