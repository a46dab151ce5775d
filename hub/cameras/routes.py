"""Routes of the cameras: which there are, and their live pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from hub.cameras.access import may_look, visible_cameras
from hub.cameras.domain import (
    BOUNDARY,
    MOST_CAMERAS,
    MOST_VIEWERS,
    picture_part,
    sight_part,
)
from hub.cameras.relay import Relay, Target, TooManyViewersError
from hub.cameras.store import newest_pictures, targets
from hub.cameras.views import Camera, CameraList, Relayed
from hub.cases.snapshots import snapshot_path
from hub.problems import ProblemError
from hub.rights.domain import Actor
from hub.rights.guard import Acting, acting_still, needs
from hub.views import name_view
from hub.wiring import Connection, Parts, WiredParts
from ingest import clock

LOOK_S = 1.0  # how often a viewer is told what is not live, at least
PICTURES_SINCE = timedelta(days=7)  # ours: an older picture says nothing of a place
NO_BUFFER = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # proxies hold an answer back otherwise
    "Content-Encoding": "identity",  # JPEG does not shrink, and packing would hold it back
}

Cameras = Annotated[
    list[str],
    Query(alias="camera", min_length=1, max_length=MOST_CAMERAS, description="Cameras to look at"),
]

router = APIRouter(prefix="/api", tags=["cameras"])


@router.get("/cameras", summary="Cameras by grid", dependencies=[needs("cameras.look")])
async def list_cameras(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    grid: Annotated[str | None, Query(max_length=64, description="This grid and below")] = None,
) -> CameraList:
    """The registered cameras with their newest stored pictures, and what live pictures cost."""
    spots = visible_cameras(parts.directory, actor, grid)
    since = clock.moment(parts.clock()) - PICTURES_SINCE
    taken = await newest_pictures(conn, spots, since)
    relay = parts.relay
    return CameraList(
        items=[
            Camera(
                device=name,
                place=spot.place,
                place_name=name_view(spot.place_name),
                grid=spot.grid,
                grid_path=list(spot.grid_path),
                agent=spot.agent,
                picture=snapshot_path(name, taken[name]) if name in taken else None,
                taken=clock.moment(taken[name]) if name in taken else None,
            )
            for name, spot in spots.items()
        ],
        relay=Relayed(
            linked=relay.linked,
            viewers=relay.viewers,
            most_viewers=MOST_VIEWERS,
            watched=relay.watched,
            frames=relay.counts.frames,
            bytes=relay.counts.bytes,
            dropped_by_agents=relay.counts.dropped_by_agents,
            dropped_for_viewers=relay.counts.dropped_for_viewers,
            refused_viewers=relay.counts.refused_viewers,
        ),
    )


@router.get(
    "/frames",
    summary="Live pictures of cameras",
    response_class=StreamingResponse,
    responses={
        200: {"content": {f"multipart/mixed; boundary={BOUNDARY}": {}}},
        404: {},
        503: {},
    },
    dependencies=[needs("cameras.look")],
)
async def look(
    request: Request, parts: WiredParts, conn: Connection, actor: Acting, cameras: Cameras
) -> StreamingResponse:
    """A multipart answer without end; cameras send only while one is open.

    Parts of type `image/jpeg` are frames, at most four per second and camera, with their camera
    in `X-Camera` and their time in `X-Time` (microseconds since 1970 UTC). Parts of type
    `application/json` say when a camera's `sight` changes: `waiting`, `live`, `no_link` (the hub
    has no broker), `no_frames` (its agent was asked and sends none).
    """
    chosen = set(cameras)
    if not may_look(parts.directory, actor, chosen):
        raise ProblemError(
            404, "no-such-camera", "There is no such camera", "See GET /api/cameras for those."
        )
    spots = {name: parts.directory.spots[name] for name in sorted(chosen)}
    found = await targets(conn, spots)
    heard = {name: found.get(name) or Target("-", spots[name].agent) for name in spots}
    relay = parts.relay
    try:
        # Entered here, so that a refusal is an answer of its own.
        answer = _parts(relay, heard, partial(_looks_still, request, parts, actor, chosen))
        first = await anext(answer)
    except TooManyViewersError:
        raise ProblemError(
            503,
            "too-many-viewers",
            "Too many look at live pictures",
            f"One hub serves {MOST_VIEWERS} pages with live pictures; close some.",
        ) from None
    return StreamingResponse(
        _after(first, answer),
        media_type=f"multipart/mixed; boundary={BOUNDARY}",
        headers=NO_BUFFER,
    )


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


async def _looks_still(request: Request, parts: Parts, was: Actor, cameras: set[str]) -> bool:
    actor = await acting_still(request, parts, was)
    return actor is not None and may_look(parts.directory, actor, cameras)


async def _parts(
    relay: Relay, heard: dict[str, Target], looks_still: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    with relay.view(heard) as viewer:
        news = viewer.changed(relay.sights(viewer))
        yield b"".join(sight_part(camera, seen) for camera, seen in news.items())
        asked = monotonic()
        while not relay.closed:
            if monotonic() - asked >= LOOK_S:
                if not await looks_still():
                    return
                asked = monotonic()
            frames = await viewer.wait(LOOK_S)
            news = viewer.changed(relay.sights(viewer))
            for camera, seen in news.items():
                yield sight_part(camera, seen)
            for camera, frame in frames.items():
                yield picture_part(camera, frame)
