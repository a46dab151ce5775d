"""Routes of tracing: contacts of an investigation's index persons, to look at or as a file.

There is no other way to anybody's movements. Each look, and each refused one, is in the audit log.
"""

from __future__ import annotations

import asyncio
import csv
from dataclasses import asdict
from io import StringIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from edge.wire import Micros
from hub.acting import refuse_unknown
from hub.investigations import store as investigations
from hub.investigations.domain import Investigation
from hub.investigations.routes import InvestigationId, unknown
from hub.problems import ProblemError
from hub.rights.domain import SITE_WIDE, Actor, may
from hub.rights.guard import Acting, needs
from hub.secrecy.guard import of_persons
from hub.tracing import store
from hub.tracing.columns import HOUR, integers
from hub.tracing.contacts import CLOSE_MINUTES, Window
from hub.tracing.evidence import trace
from hub.tracing.rings import RingRules
from hub.tracing.views import TraceView, view
from hub.wiring import Connection, Parts, WiredParts

MOST_RINGS = 5  # ours
_REFUSALS: dict[int | str, dict[str, Any]] = {400: {}, 403: {}, 404: {}}
_FORMULA = ("=", "+", "-", "@", "\t")

router = APIRouter(prefix="/api", tags=["tracing"])


def ring_rules(
    minutes: Annotated[
        int, Query(ge=0, le=10_000, description="Cumulative; 0: any time together")
    ] = CLOSE_MINUTES,
    measure: Literal["least", "likely", "most"] = "likely",
    rings: Annotated[int, Query(ge=1, le=MOST_RINGS)] = 1,
    direction: Literal["forward", "backward"] = "forward",
    latency_hours: Annotated[float, Query(ge=0, le=24 * 30)] = 0,
) -> RingRules:
    """What counts as a contact, and how far to go."""
    return RingRules(minutes, measure, round(latency_hours * HOUR), rings, direction)


Rules = Annotated[RingRules, Depends(ring_rules)]


@router.get(
    "/investigations/{investigation}/contacts",
    summary="Contacts of an investigation's index persons",
    responses=_REFUSALS,
    dependencies=[needs("tracing.read"), of_persons()],
)
async def read_contacts(
    investigation: InvestigationId,
    rules: Rules,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
) -> TraceView:
    """Within its window, while it is open, for who opened and who approved it (EP-03, PR-02)."""
    return await _traced(parts, conn, investigation, actor, rules, "trace.read")


@router.get(
    "/investigations/{investigation}/contacts.csv",
    summary="The same as a file",
    responses={**_REFUSALS, 200: {"content": {"text/csv": {}}}},
    response_class=Response,
    dependencies=[needs("tracing.read"), of_persons()],
)
async def export_contacts(
    investigation: InvestigationId,
    rules: Rules,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
) -> Response:
    """One line per contact. Nothing of it is kept here."""
    found = await _traced(parts, conn, investigation, actor, rules, "trace.exported")
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ("ring", "person", "through", "exposed", "least_min", "likely_min", "most_min",
         "meetings", "places")
    )  # fmt: skip
    for one in found.contacts:
        places = ", ".join(dict.fromkeys(met.place.id for met in one.encounters))
        writer.writerow(
            (one.ring, one.person, one.through, one.exposed.isoformat(), one.least_min,
             one.likely_min, one.most_min, len(one.encounters),
             f"'{places}" if places.startswith(_FORMULA) else places)
        )  # fmt: skip
    name = f'attachment; filename="contacts-{investigation}.csv"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv", headers=headers)


async def _traced(
    parts: Parts,
    conn: Connection,
    investigation: int,
    actor: Actor,
    rules: RingRules,
    action: str,
) -> TraceView:
    now, person = parts.clock(), actor.person
    await refuse_unknown(parts, conn, person)
    if not may(actor, "tracing.read", SITE_WIDE):
        raise unknown(investigation)
    frame = await _readable(conn, investigation, person, now, action)
    window = Window(frame.request.start, frame.request.end)
    index = frame.request.index_persons
    async with conn.transaction():
        stays = await store.stays_around(conn, index, window, depth=rules.depth)
        # In a thread, as the view: of a month it takes a while, and the streams share this one.
        found = await asyncio.to_thread(trace, stays, integers(index), window, rules)
        names = await store.place_names(conn, stays.place[found.encounters.one])
        data = {"rules": asdict(rules), "contacts": len(found.contacts)}
        await investigations.note(conn, investigation, action, person, now, data)
    return await asyncio.to_thread(view, investigation, window, rules, stays, found, names)


async def _readable(
    conn: Connection, investigation: int, person: str, now: Micros, action: str
) -> Investigation:
    """The investigation, if the person may read under it now; a refusal is noted, too."""
    try:
        frame = await investigations.find(conn, investigation)
    except investigations.NoSuchInvestigationError:
        raise unknown(investigation) from None
    reason = frame.why_not_readable(person, now)
    if reason is None:
        return frame
    async with conn.transaction():
        await investigations.note(
            conn, investigation, f"{action}.denied", person, now, {"reason": reason}
        )
    raise ProblemError(
        403,
        "investigation-not-open",
        "Nobody's movements can be read so",
        f"{reason.capitalize()}; see GET /api/investigations.",
    )
