"""Stream: what one open page is sent, resumed from the last event it saw.

The page subscribes first and reads the log behind its last position second, so nothing falls
between; what comes both ways is sent once, because positions only grow.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from hub.cases.query import changed_since, head_position
from hub.cases.sight import sees
from hub.cases.views import case_view
from hub.live.pumps import beat
from hub.rights.domain import Actor
from hub.rights.guard import Acting, acting_still, needs
from hub.wiring import Parts, WiredParts

MOST_RESUMED = 1000  # cases; ours: beyond, reading the lists anew is cheaper
RETRY_MS = 1000
RECHECK_S = 1.0  # ours: how soon rights that ended, or a session that did, end a stream

router = APIRouter(prefix="/api", tags=["live"])

After = Annotated[int | None, Query(ge=0, description="`position` of the case page on show")]
LastEventId = Annotated[str | None, Header(description="Sent by browsers that connect again")]


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    summary="Live events: case, devices, agents, beat, reset",
    dependencies=[needs("cases.read", "devices.read")],
)
async def stream(
    request: Request,
    parts: WiredParts,
    actor: Acting,
    after: After = None,
    last_event_id: LastEventId = None,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events, each with JSON data.

    `case` a `Case` that has changed (its id is the position in the log of cases) · `devices` a list
    of `DeviceNow`, at most every 500 ms · `agents` a list of `Agent` · `beat` a `Beat` every five
    seconds and at the start · `reset`: too much has happened meanwhile, read the lists anew.

    Each page is sent what who opened it may see, by the rights of that second; the stream ends when
    the session or token does. `Last-Event-ID` goes before `after`; without both, the stream begins
    now.
    """
    resumed = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
    with parts.broadcast.subscribe() as subscription:
        start, missed, reset = await _missed(parts, actor, resumed)
        yield ServerSentEvent(
            event="beat", raw_data=beat(parts).model_dump_json(), id=str(start), retry=RETRY_MS
        )
        if reset:
            yield ServerSentEvent(event="reset", raw_data="null", id=str(start))
        sent = start
        for position, data in missed:
            yield ServerSentEvent(event="case", raw_data=data, id=str(position))
            sent = position
        asked = monotonic()
        async for message in subscription.messages(RECHECK_S):
            if monotonic() - asked >= RECHECK_S:
                still = await acting_still(request, parts, actor)
                if still is None:
                    return
                actor, asked = still, monotonic()
            data = None if message is None else message.cut_for(actor)
            if message is None or data is None:
                continue
            if message.position is None:
                yield ServerSentEvent(event=message.event, raw_data=data)
            elif message.position > sent:
                sent = message.position
                yield ServerSentEvent(event=message.event, raw_data=data, id=str(sent))


async def _missed(
    parts: Parts, actor: Actor, resumed: int | None
) -> tuple[int, list[tuple[int, str]], bool]:
    """From where the stream starts, the cases missed since, and whether they are too many."""
    async with parts.pool.connection() as conn:
        head = await head_position(conn)
        if resumed is None:
            return head, [], False
        if resumed > head:  # a position of another database
            return head, [], True
        changed = await changed_since(conn, resumed, MOST_RESUMED + 1)
    if len(changed) > MOST_RESUMED:
        return head, [], True
    now = parts.clock()
    seen = (case for case in changed if sees(actor, case))
    views = [(c.position, case_view(c, parts.directory, now).model_dump_json()) for c in seen]
    return resumed, views, False
