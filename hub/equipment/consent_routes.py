"""Routes of the consents to move fire equipment (SE-10)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from hub.acting import Person, refuse_unknown
from hub.equipment import store
from hub.equipment.consent import consent, consents, may_consent
from hub.equipment.views import ConsentList, ConsentRequest, ConsentView, consent_view
from hub.equipment.where import seen_cards
from hub.hydrants import store as hydrants
from hub.hydrants.now import seen_hydrants
from hub.paging import Before, numbered
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.repeatable import repeatable
from hub.rights.domain import EVERYWHERE, Actor, Right
from hub.rights.guard import Acting, needs
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
    request: ConsentRequest, parts: WiredParts, conn: Connection, person: Person, actor: Acting
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
        await _subject(conn, request, actor),
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
    actor: Acting,
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
    among = await _seen(conn, actor)
    found = await consents(conn, subject=subject, among=among, before=before, limit=limit + 1)
    page, onward = numbered(found, limit, lambda one: one.id)
    return ConsentList(items=[consent_view(one) for one in page], next=onward)


async def _seen(conn: Connection, actor: Actor) -> list[str] | None:
    """The subjects that somebody may know of; None: all."""
    right: Right = "registers.read"
    if actor.reach(right) is EVERYWHERE:
        return None
    cards = await seen_cards(conn, await store.read_all(conn), actor, right)
    sources = await seen_hydrants(conn, await hydrants.read_all(conn), actor, right)
    return [*(f"equipment:{one.id}" for one in cards), *(f"hydrant:{one.id}" for one in sources)]


async def _subject(conn: Connection, request: ConsentRequest, actor: Actor) -> str:
    if (request.equipment is None) == (request.hydrant is None):
        message = "name one piece of equipment or one hydrant"
        raise invalid([FieldError(field="body.equipment", message=message)])
    if request.equipment is not None:
        card = await store.find(conn, request.equipment)
        if card is None or not await seen_cards(conn, [card], actor, "equipment.consent"):
            message = f"there is no card {request.equipment}"
            raise invalid([FieldError(field="body.equipment", message=message)])
        return f"equipment:{request.equipment}"
    assert request.hydrant is not None
    hydrant = await hydrants.find(conn, request.hydrant)
    if hydrant is None or not await seen_hydrants(conn, [hydrant], actor, "equipment.consent"):
        message = f"the register has no {request.hydrant}"
        raise invalid([FieldError(field="body.hydrant", message=message)])
    return f"hydrant:{request.hydrant}"
