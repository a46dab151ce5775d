"""Routes of gaps: holes in the record of devices, and batches of agents that never came."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query

from edge.wire import AgentState
from hub.gaps.domain import Span, promised
from hub.gaps.pages import pages
from hub.gaps.sequence import fate, spooling_of
from hub.gaps.store import agent_row, gaps_of, sequences
from hub.gaps.views import (
    AgentGaps,
    DeviceGap,
    DeviceGaps,
    GapPage,
    device_gap,
    gap_view,
    missing_view,
)
from hub.problems import FieldError, ProblemError, invalid
from hub.rights.guard import Acting, needs, within
from hub.rights.sight import path_of_agent, path_of_device, seen_spots
from hub.views import Asked, DeviceId
from hub.wiring import Connection, Parts, WiredParts
from ingest import clock

LONGEST = timedelta(days=7)  # ours: 0.3 million signs of life of a device that reports every 2 s
NEWEST = 100  # runs of missing batches shown per epoch; ours
LOOK_BACK = 100_000  # ours: some hours of ten batches a second, read in about 0.1 s
FARTHEST = 5_000_000  # ours: read in about five seconds

router = APIRouter(prefix="/api", tags=["gaps"])

From = Annotated[Asked, Query(alias="from")]
To = Annotated[Asked, Query(alias="to")]


@router.get(
    "/devices/{device}/gaps",
    summary="Holes in a device's record",
    responses={404: {}, 422: {}},
    dependencies=[needs("devices.read")],
)
async def read_device_gaps(
    device: DeviceId, parts: WiredParts, conn: Connection, actor: Acting, start: From, until: To
) -> DeviceGaps:
    """Stretches in which a device missed three reports or more, worked out from what is stored.

    Nothing needs to be asked for again: an agent sends by itself whatever its spool still holds,
    and the gap closes when it comes.
    """
    within(actor, "devices.read", path_of_device(device, parts.directory.spots))
    span = _span(parts, start, until)
    spot = parts.directory.spots.get(device)
    if spot is None:
        raise ProblemError(
            404,
            "no-such-device",
            "There is no such device",
            f"The site has no device `{device}`, so nothing says how often it should report; "
            "see GET /api/devices.",
        )
    found = await gaps_of(conn, [spot], span)
    return DeviceGaps(
        device=device,
        report_s=None if promised(spot, 0) is None else spot.report_s,
        items=[gap_view(gap) for gap in found[device]],
    )


@router.get(
    "/gaps",
    summary="Holes in the records of all devices",
    responses={422: {}},
    dependencies=[needs("devices.read")],
)
async def list_gaps(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    start: From,
    until: To,
    min_s: Annotated[float, Query(ge=0, description="Leave out those that are shorter")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="End the page after so many")] = 200,
    after: Annotated[str, Query(max_length=64, description="`next` of the page before")] = "",
) -> GapPage:
    """Gaps by device and time; a page always ends with the last gap of a device."""
    span = _span(parts, start, until)
    shortest = min_s * clock.SECOND
    seen = seen_spots(actor, "devices.read", parts.directory.spots)
    spots = [spot for name, spot in seen.items() if name > after]
    items: list[DeviceGap] = []
    for page, is_last in pages(spots, span):
        found = await gaps_of(conn, page, span)
        for spot in page:
            items += [
                device_gap(spot.device, spot.agent, gap)
                for gap in found[spot.device]
                if gap.until - gap.start >= shortest
            ]
            if len(items) >= limit:
                return GapPage(items=items, next=_next(spot.device, spots[-1].device))
        if is_last:
            return GapPage(items=items, next=_next(page[-1].device, spots[-1].device))
    return GapPage(items=items, next=None)


@router.get(
    "/agents/{name}/gaps",
    summary="Batches that never came",
    responses={404: {}},
    dependencies=[needs("devices.read")],
)
async def read_agent_gaps(
    name: DeviceId,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    back: Annotated[
        int, Query(ge=1, le=FARTHEST, description="How many of its newest batches to look at")
    ] = LOOK_BACK,
) -> AgentGaps:
    """Batches missing from an agent's sequence, and whether they wait, were evicted or are lost.

    Only what is older than the agent's last report counts: later batches may be on their way.
    An agent begins an epoch, and counts from 1 again, whenever it is started.
    """
    within(actor, "devices.read", path_of_agent(name, parts.directory.agents))
    row = await agent_row(conn, name)
    if row is None:
        raise ProblemError(
            404,
            "no-such-agent",
            "There is no such agent",
            f"No agent `{name}` ever reported; see GET /api/agents.",
        )
    state = msgspec.convert(row["state"], AgentState)
    spooling = spooling_of(state)
    records = [record for record in await sequences(conn, row, back, NEWEST) if record.missing]
    fates = [fate(record, spooling) for record in records]
    return AgentGaps(
        agent=name,
        online=row["online"],
        reported=row["reported"],
        spooled_batches=state.spooled_batches,
        evicted_items=state.evicted,
        missing=sum(record.missing for record in records),
        waiting=sum(one.waiting for one in fates),
        evicted=sum(one.evicted for one in fates),
        lost=sum(one.lost for one in fates),
        epochs=[
            missing_view(record, become, current=record.epoch == state.epoch)
            for record, become in zip(records, fates, strict=True)
        ],
    )


def _span(parts: Parts, start: Asked, until: Asked) -> Span:
    if not start <= until <= start + LONGEST:
        message = f"must lie after `from`, {LONGEST.days} days at most: ask for a month by weeks"
        raise invalid([FieldError(field="query.to", message=message)])
    return Span(clock.micros(start), clock.micros(until), parts.clock())


def _next(done: str, last: str) -> str | None:
    return None if done == last else done
