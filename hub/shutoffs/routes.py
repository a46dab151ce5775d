"""Routes of the shut-offs: plan one, list them, end one before its time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query

from hub.acting import Person, refuse_unknown
from hub.paging import Before, numbered
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.repeatable import repeatable
from hub.rights.domain import EVERYWHERE, Actor, may
from hub.rights.guard import Acting, needs
from hub.rights.sight import path_of_device, seen_spots
from hub.shutoffs import store
from hub.shutoffs.domain import ShutOffRefusedError, unknown
from hub.shutoffs.views import ShutOffList, ShutOffRequest, ShutOffView, view
from hub.wiring import Connection, Parts, WiredParts

ShutOffId = Annotated[int, Path(ge=1, le=2**63 - 1)]

router = APIRouter(prefix="/api", tags=["shut-offs"])


@router.post(
    "/shut-offs",
    summary="Plan a shut-off of the water",
    status_code=201,
    responses={400: {}},
    dependencies=[needs("shutoffs.write")],
)
@repeatable
async def plan_shut_off(
    request: ShutOffRequest, parts: WiredParts, conn: Connection, actor: Acting, person: Person
) -> ShutOffView:
    """While it lasts, pressure rules of its hydrants write to the log only (SE-08)."""
    await refuse_unknown(parts, conn, person)
    now = parts.clock()
    try:
        _refuse_outside(parts, actor, request.hydrants)
        shut_off = await store.plan(conn, request.planned(), actor=person, now=now)
    except ShutOffRefusedError as error:
        raise invalid(
            [FieldError(field=f"body.{fault.field}", message=fault.text) for fault in error.faults]
        ) from None
    return view(shut_off, await store.history(conn, shut_off.id), now)


@router.get(
    "/shut-offs",
    summary="Planned shut-offs, the latest start first",
    dependencies=[needs("devices.read")],
)
async def list_shut_offs(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    everything: Annotated[bool, Query(alias="all", description="Those that are over, too")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Before = None,
) -> ShutOffList:
    """Those of one's hydrants that last or are to come, each with who did what."""
    now = parts.clock()
    everywhere = actor.reach("devices.read") is EVERYWHERE
    seen = None if everywhere else seen_spots(actor, "devices.read", parts.directory.spots)
    found = await store.newest(
        conn,
        now,
        everything=everything,
        before=before,
        limit=limit + 1,
        seen=None if seen is None else list(seen),
    )
    page, onward = numbered(found, limit, lambda one: one.id)
    items = [view(one, await store.history(conn, one.id), now, seen) for one in page]
    return ShutOffList(items=items, next=onward)


@router.post(
    "/shut-offs/{shut_off}/end",
    summary="End a shut-off before its time",
    responses={400: {}, 404: {}, 409: {}},
    dependencies=[needs("shutoffs.write")],
)
@repeatable
async def end_shut_off(
    shut_off: ShutOffId, parts: WiredParts, conn: Connection, actor: Acting, person: Person
) -> ShutOffView:
    """The rules are armed again at once; what is broken still is raised."""
    await refuse_unknown(parts, conn, person)
    now = parts.clock()
    try:
        _refuse_outside(parts, actor, (await store.find(conn, shut_off)).hydrants)
        ended = await store.end(conn, shut_off, actor=person, now=now)
    except (store.NoSuchShutOffError, ShutOffRefusedError):
        raise ProblemError(
            404,
            "no-such-shut-off",
            "There is no such shut-off",
            f"No shut-off has id {shut_off}; see GET /api/shut-offs?all=true.",
        ) from None
    except store.ShutOffOverError:
        raise ProblemError(
            409,
            "shut-off-over",
            "The shut-off is over already",
            "Its rules are armed; there is nothing to end.",
        ) from None
    return view(ended, await store.history(conn, shut_off), now)


def _refuse_outside(parts: Parts, actor: Actor, hydrants: Iterable[str]) -> None:
    """Check that all hydrants lie where somebody may shut off; who reaches all is not asked.

    Raises:
        ShutOffRefusedError: some do not: for them the site has none of that name.
    """
    spots = parts.directory.spots
    outside = [
        one for one in hydrants if not may(actor, "shutoffs.write", path_of_device(one, spots))
    ]
    if outside:
        raise ShutOffRefusedError([unknown(one) for one in outside])
