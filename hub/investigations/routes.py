"""Routes of the investigations: ask for one, approve, refuse or close it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from hub.acting import Person, refuse_unknown
from hub.investigations import store
from hub.investigations.domain import Investigation, InvestigationError
from hub.investigations.views import (
    InvestigationList,
    InvestigationRequest,
    InvestigationView,
    view,
)
from hub.paging import Before, numbered
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.repeatable import repeatable
from hub.rights.domain import SITE_WIDE, Actor, Right, may
from hub.rights.guard import Acting, needs
from hub.wiring import Connection, WiredParts

InvestigationId = Annotated[int, Path(ge=1, le=2**63 - 1)]

READERS: tuple[Right, ...] = ("tracing.ask", "tracing.approve", "tracing.read", "audit.read")

router = APIRouter(prefix="/api", tags=["investigations"])


class InvestigationDecision(BaseModel):
    """Yes or no."""

    verdict: Literal["approve", "refuse"]


@router.post(
    "/investigations",
    summary="Ask for an investigation",
    status_code=201,
    responses={400: {}, 403: {}},
    dependencies=[needs("tracing.ask")],
)
@repeatable
async def ask_for_investigation(
    request: InvestigationRequest,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    person: Person,
) -> InvestigationView:
    """For epidemiologists. Nothing can be read until a chief or commander approves it (PR-02)."""
    await refuse_unknown(parts, conn, person)
    if not may(actor, "tracing.ask", SITE_WIDE):
        raise _reaches_further()
    now = parts.clock()
    try:
        return view(await store.ask(conn, request.asked(), by=person, now=now), now)
    except InvestigationError as error:
        raise invalid([FieldError(field=f"body.{error.field}", message=str(error))]) from None


@router.get(
    "/investigations",
    summary="Investigations, the newest first",
    responses={400: {}, 403: {}},
    dependencies=[needs(*READERS)],
)
async def list_investigations(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Before = None,
) -> InvestigationList:
    """What was asked for, by whom, who decided and until when it holds; nobody's movements."""
    now, of = parts.clock(), None if _reads_all(actor) else actor.person
    found = await store.newest(conn, limit + 1, before, of)
    page, onward = numbered(found, limit, lambda one: one.id)
    return InvestigationList(items=[view(one, now) for one in page], next=onward)


@router.post(
    "/investigations/{investigation}/decision",
    summary="Approve or refuse an investigation",
    responses={400: {}, 403: {}, 404: {}, 409: {}},
    dependencies=[needs("tracing.approve")],
)
@repeatable
async def decide_investigation(
    investigation: InvestigationId,
    decision: InvestigationDecision,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    person: Person,
) -> InvestigationView:
    """For chiefs and commanders of the whole site, and never for who asked (PR-02)."""
    await refuse_unknown(parts, conn, person)
    if not may(actor, "tracing.approve", SITE_WIDE):
        raise unknown(investigation)
    now = parts.clock()
    approve = decision.verdict == "approve"
    try:
        after = await store.decide(conn, investigation, by=person, approve=approve, now=now)
    except store.NoSuchInvestigationError:
        raise unknown(investigation) from None
    except InvestigationError as error:
        raise _refused(error) from None
    return view(after, now)


@router.post(
    "/investigations/{investigation}/close",
    summary="Close an investigation before its time",
    responses={400: {}, 404: {}, 409: {}},
    dependencies=[needs("tracing.ask", "tracing.approve")],
)
@repeatable
async def close_investigation(
    investigation: InvestigationId,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    person: Person,
) -> InvestigationView:
    """From then on nothing can be read under it, and what is old is deleted."""
    await refuse_unknown(parts, conn, person)
    now = parts.clock()
    try:
        if not _sees(actor, await store.find(conn, investigation)):
            raise unknown(investigation)
        return view(await store.close(conn, investigation, by=person, now=now), now)
    except store.NoSuchInvestigationError:
        raise unknown(investigation) from None
    except InvestigationError as error:
        raise _refused(error) from None


def _reads_all(actor: Actor) -> bool:
    """Whether somebody has one of the rights in the whole site: no investigation lies in a grid."""
    return any(may(actor, right, SITE_WIDE) for right in READERS)


def _sees(actor: Actor, one: Investigation) -> bool:
    return actor.person in (one.opened_by, one.decided_by) or _reads_all(actor)


def _reaches_further() -> ProblemError:
    return ProblemError(
        403,
        "not-allowed",
        "You may not do that",
        "An investigation looks at the whole site, and your right reaches a part of it.",
        rights=["tracing.ask"],
    )


def unknown(investigation: int) -> ProblemError:
    """The 404 of an investigation that is not there."""
    return ProblemError(
        404,
        "no-such-investigation",
        "There is no such investigation",
        f"No investigation has id {investigation}; see GET /api/investigations.",
    )


def _refused(error: InvestigationError) -> ProblemError:
    return ProblemError(
        409, "investigation-refused", "That is not possible", f"{str(error).capitalize()}."
    )
