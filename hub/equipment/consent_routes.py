"""Routes of the consents to move fire equipment (SE-10)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from hub.acting import Person, refuse_unknown
from hub.equipment import store
from hub.equipment.consent import consent, consents, may_consent
from hub.equipment.views import ConsentList, ConsentRequest, ConsentView, consent_view
from hub.hydrants.store import find as find_hydrant
from hub.paging import Before, numbered
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.repeatable import repeatable
from hub.rights.guard import needs
from hub.wiring import Connection, WiredParts
from ingest import clock

router = APIRouter(prefix="/api", tags=["equipment"])


@router.post(
    "/move-consents",
    summary="Agree that fire equipment is moved",
    status_code=201,
    responses={400: {}, 403: {}},
    dependencies=[needs("equipment.consent")],
)
@repeatable
async def agree_to_move(
    request: ConsentRequest, parts: WiredParts, conn: Connection, person: Person
) -> ConsentView:
    """By the community fire office, beforehand: a move in that time raises nothing."""
    await refuse_unknown(parts, conn, person)
    if not await may_consent(conn, person):
        raise ProblemError(
            403,
            "not-the-fire-office",
            "Only the community fire office agrees to this",
            "A fire supervisor, or who holds the whole site.",
        )
    start, until = clock.micros(request.from_), clock.micros(request.to)
    if until <= max(start, parts.clock()):
        message = "must be later than the start, and to come"
        raise invalid([FieldError(field="body.to", message=message)])
    given = await consent(
        conn,
        await _subject(conn, request),
        start=start,
        until=until,
        actor=person,
        note=request.note.strip(),
        now=parts.clock(),
    )
    return consent_view(given)


@router.get(
    "/move-consents",
    summary="Consents to move fire equipment, newest first",
    dependencies=[needs("registers.read")],
)
async def list_consents(
    conn: Connection,
    subject: Annotated[
        str | None,
        Query(
            description="Only of this item", pattern=r"^(equipment|hydrant):[A-Za-z0-9._-]{1,64}$"
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
    before: Before = None,
) -> ConsentList:
    """A page of them."""
    found = await consents(conn, subject=subject, before=before, limit=limit + 1)
    page, onward = numbered(found, limit, lambda one: one.id)
    return ConsentList(items=[consent_view(one) for one in page], next=onward)


async def _subject(conn: Connection, request: ConsentRequest) -> str:
    if (request.equipment is None) == (request.hydrant is None):
        message = "name one piece of equipment or one hydrant"
        raise invalid([FieldError(field="body.equipment", message=message)])
    if request.equipment is not None:
        if await store.find(conn, request.equipment) is None:
            message = f"there is no card {request.equipment}"
            raise invalid([FieldError(field="body.equipment", message=message)])
        return f"equipment:{request.equipment}"
    assert request.hydrant is not None
    if await find_hydrant(conn, request.hydrant) is None:
        message = f"the register has no {request.hydrant}"
        raise invalid([FieldError(field="body.hydrant", message=message)])
    return f"hydrant:{request.hydrant}"
