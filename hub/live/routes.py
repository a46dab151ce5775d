"""Routes of what is live and measured: devices, series, pictures, agents, dead letters."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import StringConstraints

from edge.wire import Identifier
from hub.cases.snapshots import read_snapshot
from hub.headers import EVIDENCE
from hub.live.domain import UNITS
from hub.live.series import RAW_SPAN, read_rolled_up, read_series, step_for, thin
from hub.live.store import is_known, rows, unregistered
from hub.live.views import (
    Agent,
    DeadLetter,
    DeadLetterPage,
    Device,
    Series,
    agent_views,
    device_view,
)
from hub.paging import Before, numbered
from hub.problems import FieldError, ProblemError, invalid
from hub.rights.domain import SITE_WIDE, may
from hub.rights.guard import Acting, needs, within
from hub.rights.sight import path_of_agent, path_of_device, seen_spots
from hub.views import Asked, DeviceId
from hub.wiring import Connection, WiredParts
from ingest import clock
from ingest.housekeeping import LETTERS_EVICTED

LONGEST_SERIES = timedelta(days=400)  # ours: a year beside the one before

router = APIRouter(prefix="/api", tags=["live"])


Quantity = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]
Moment = Annotated[int, Path(ge=0, le=2**53, description="Microseconds since 1970 UTC")]


@router.get("/devices", summary="Devices and how they are", dependencies=[needs("devices.read")])
async def list_devices(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    registered: Annotated[bool, Query(description="False: those that only send")] = True,
) -> list[Device]:
    """Every device with its newest readings; unregistered ones are known by name only."""
    now, lines = parts.clock(), parts.board.lines
    spots = seen_spots(actor, "devices.read", parts.directory.spots)
    if registered:
        names = list(spots)
    else:
        names = await unregistered(conn) if may(actor, "devices.read", SITE_WIDE) else []
    return [device_view(name, lines.get(name), spots.get(name), now) for name in names]


@router.get(
    "/devices/{device}/series",
    summary="Readings of one quantity",
    responses={404: {}},
    dependencies=[needs("devices.read")],
)
async def read_device_series(
    device: DeviceId,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    quantity: Annotated[Quantity, Query(examples=["pressure"])],
    start: Annotated[Asked, Query(alias="from")],
    until: Annotated[Asked, Query(alias="to")],
    points: Annotated[int, Query(ge=2, le=10_000, description="At most so many")] = 600,
) -> Series:
    """A series between two times, thinned so that the peaks of every stretch stay.

    Up to 27 hours: readings. Longer: means of equal stretches with their least and greatest values,
    at least one stretch per day.
    """
    if not start <= until <= start + LONGEST_SERIES:
        message = f"must lie after `from`, {LONGEST_SERIES.days} days at most"
        raise invalid([FieldError(field="query.to", message=message)])
    within(actor, "devices.read", path_of_device(device, parts.directory.spots))
    if not await is_known(conn, device):
        raise _no_such_device(device)
    unit = UNITS.get(quantity, "")
    span = (clock.micros(start), clock.micros(until))
    if until - start > RAW_SPAN:
        step_s = step_for(until - start, points)
        rolled = await read_rolled_up(conn, device, quantity, *span, step_s)
        return Series(
            device=device,
            quantity=quantity,
            unit=unit,
            time=rolled.time.tolist(),
            value=rolled.mean.tolist(),
            step_s=rolled.step_s,
            low=rolled.low.tolist(),
            high=rolled.high.tolist(),
        )
    time, value = await read_series(conn, device, quantity, *span)
    time, value = await run_in_threadpool(thin, time, value, points)
    return Series(
        device=device, quantity=quantity, unit=unit, time=time.tolist(), value=value.tolist()
    )


@router.get(
    "/snapshots/{device}/{time}.jpg",
    summary="A picture that a camera sent",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 404: {}},
    dependencies=[needs("devices.read")],
)
async def read_picture(
    device: DeviceId, time: Moment, parts: WiredParts, conn: Connection, actor: Acting
) -> Response:
    """The JPEG of one detection; it never changes."""
    within(actor, "devices.read", path_of_device(device, parts.directory.spots))
    picture = await read_snapshot(conn, device, time)
    if picture is None:
        raise ProblemError(
            404,
            "no-such-snapshot",
            "There is no such picture",
            f"{device} sent no picture at {clock.moment(time).isoformat()}; "
            "a case's evidence lists those there are.",
        )
    caching = {"Cache-Control": EVIDENCE}
    return Response(picture, media_type="image/jpeg", headers=caching)


@router.get(
    "/agents",
    summary="Edge agents and what they last reported",
    dependencies=[needs("devices.read")],
)
async def list_agents(parts: WiredParts, conn: Connection, actor: Acting) -> list[Agent]:
    """Every agent that ever reported, and those of the site that never did."""
    known = parts.directory.agents
    found = agent_views(await rows(conn, "agents"), known)
    return [one for one in found if may(actor, "devices.read", path_of_agent(one.name, known))]


@router.get(
    "/dead-letters",
    summary="What could not be stored, newest first",
    dependencies=[needs("system.read")],
)
async def list_dead_letters(
    conn: Connection,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Before = None,
) -> DeadLetterPage:
    """The newest dead letters without their payloads, which may name people."""
    found = await rows(conn, "dead_letters", limit=limit + 1, before=before)
    page, onward = numbered(found, limit, lambda row: row["id"])
    (counts,) = await rows(conn, "dead_letter_total", counter=LETTERS_EVICTED)
    return DeadLetterPage(
        items=[DeadLetter.model_validate(row) for row in page], next=onward, **counts
    )


def _no_such_device(device: Identifier) -> ProblemError:
    return ProblemError(
        404,
        "no-such-device",
        "There is no such device",
        f"Nothing was ever received from `{device}`; see GET /api/devices.",
    )
