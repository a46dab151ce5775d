"""Routes of the complaints: anybody complains, who is not concerned answers.

For the person named, and for who is under them, there is no complaint at all.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request

from hub.acting import is_known
from hub.audit.noting import WITHHELD, note_as, note_subject
from hub.cases.reported import PASSER_BY
from hub.complaints import store
from hub.complaints.domain import Complaint, handler_of, is_kept_from
from hub.complaints.views import (
    AnswerRequest,
    ComplaintAnswer,
    ComplaintList,
    ComplaintRequest,
    ComplaintSent,
    ComplaintView,
    answer_view,
    complaint_view,
)
from hub.photos.store import NoSuchPhotoError, hold
from hub.photos.views import no_such_photo
from hub.problems import FieldError, ProblemError, invalid
from hub.reporters.domain import Reporter
from hub.reporters.store import hide
from hub.rights.domain import SITE_WIDE, Actor, may
from hub.rights.guard import Acting, MaybeActing, nothing_there, open_to_all, signed_in
from hub.secrecy.guard import of_persons
from hub.sites.domain import SiteDocument
from hub.sites.store import read_site
from hub.wiring import Connection, Parts, WiredParts

TICKET_BYTES = 24  # ours: nobody guesses it
_HANDLING = "complaints that one handles, and all for complaints.read in the whole site"

router = APIRouter(prefix="/api", tags=["complaints"])

Number = Annotated[int, Path(ge=1, lt=2**63)]


@router.post(
    "/complaints",
    summary="Complain about somebody of the staff",
    status_code=201,
    responses={422: {}},
    dependencies=[open_to_all("anybody may complain, by name or without")],
)
async def complain(
    of: Request,
    request: ComplaintRequest,
    parts: WiredParts,
    conn: Connection,
    acting: MaybeActing,
) -> ComplaintSent:
    """Goes to the next higher holder, past the person named and who is under them (PR-10).

    Nobody who reads it learns who complained. The ticket in the answer is shown once: with it,
    GET /api/complaint-answer tells how it stands.
    """
    note_as(of, WITHHELD)
    site = await _site(conn)
    about = await _named(parts, conn, site, request)
    try:
        await hold(conn, request.photos)
    except NoSuchPhotoError as error:
        raise no_such_photo(error) from None
    now = parts.clock()
    by = PASSER_BY
    if acting is not None or request.contact.strip():
        person = None if acting is None else acting.person
        by = await hide(conn, Reporter(at=now, person=person, contact=request.contact))
    complaint = Complaint(
        id=0,
        at=now,
        about=about,
        by=by,
        words=request.words,
        photos=tuple(request.photos),
        handler=handler_of(site, about),
    )
    ticket = secrets.token_urlsafe(TICKET_BYTES)
    number = await store.put(conn, complaint, ticket)
    note_as(of, by)
    note_subject(of, f"complaint:{number}")
    return ComplaintSent(id=number, ticket=ticket)


@router.get(
    "/complaint-answer",
    summary="How one's complaint stands",
    responses={404: {}},
    dependencies=[open_to_all("the ticket says which; nobody else has it")],
)
async def read_answer(
    conn: Connection,
    ticket: Annotated[str, Header(alias="X-Gridwarden-Ticket", max_length=100)],
) -> ComplaintAnswer:
    """For whoever holds the ticket."""
    found = await store.find_by_ticket(conn, ticket)
    if found is None:
        raise nothing_there()
    return answer_view(found)


@router.get(
    "/complaints",
    summary="Complaints to handle",
    dependencies=[signed_in(_HANDLING), of_persons()],
)
async def list_complaints(parts: WiredParts, conn: Connection, actor: Acting) -> ComplaintList:
    """One's own, and all for who has complaints.read in the whole site; none about oneself."""
    site = await _site(conn)
    found = await store.newest(conn, None if _reads_all(actor) else actor.person)
    return ComplaintList(
        items=[
            complaint_view(one, parts.directory)
            for one in found
            if not is_kept_from(site, one, actor.person)
        ]
    )


@router.get(
    "/complaints/{number}",
    summary="One complaint",
    responses={404: {}},
    dependencies=[signed_in(_HANDLING), of_persons()],
)
async def read_complaint(
    number: Number, parts: WiredParts, conn: Connection, actor: Acting
) -> ComplaintView:
    """For who handles it or reads all; for the person named it does not exist."""
    return complaint_view(await _visible(conn, number, actor), parts.directory)


@router.post(
    "/complaints/{number}/answer",
    summary="Answer a complaint",
    responses={404: {}, 409: {}},
    dependencies=[signed_in(_HANDLING), of_persons()],
)
async def answer_complaint(
    number: Number, request: AnswerRequest, parts: WiredParts, conn: Connection, actor: Acting
) -> ComplaintView:
    """By its handler; where nobody is higher, by who reads all. Once."""
    found = await _visible(conn, number, actor)
    if found.handler not in (None, actor.person):
        raise ProblemError(
            403,
            "not-your-complaint",
            "Somebody else handles it",
            f"It waits for `{found.handler}`.",
        )
    if not await store.answer(conn, number, request.words, parts.clock()):
        raise ProblemError(
            409, "answered", "It has its answer", "An answer is given once and stays."
        )
    return complaint_view(await _visible(conn, number, actor), parts.directory)


async def _named(
    parts: Parts, conn: Connection, site: SiteDocument, request: ComplaintRequest
) -> str:
    """The person that a complaint is about.

    Raises:
        ProblemError: a 422, if nobody or more than one is named.
    """
    about, grid = request.about, request.grid
    if about is not None and grid is None and await is_known(parts, conn, about):
        return about
    holder = next((one.warden for one in site.holdings if one.grid == grid), None)
    if about is None and holder is not None:
        return holder
    field = "body.about" if grid is None else "body.grid"
    raise invalid([FieldError(field=field, message="name a person of the site, or a held grid")])


async def _visible(conn: Connection, number: int, actor: Actor) -> Complaint:
    found = await store.find(conn, number)
    if found is None or not (found.handler == actor.person or _reads_all(actor)):
        raise nothing_there()
    if is_kept_from(await _site(conn), found, actor.person):
        raise nothing_there()
    return found


def _reads_all(actor: Actor) -> bool:
    return may(actor, "complaints.read", SITE_WIDE)


async def _site(conn: Connection) -> SiteDocument:
    site = await read_site(conn)
    if site is None:
        raise ProblemError(
            404, "no-site", "No site is loaded yet", "Run `gridwarden site load FILE`."
        )
    return site
