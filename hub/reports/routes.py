"""Routes of the reports: what may be reported, and a report."""

from __future__ import annotations

from fastapi import APIRouter, Request

from hub.audit.noting import WITHHELD, note_as
from hub.cases.reported import PASSER_BY
from hub.cases.scene import role_in
from hub.photos.store import NoSuchPhotoError
from hub.photos.views import no_such_photo
from hub.problems import FieldError, invalid
from hub.replies.store import Asked, Key, once
from hub.reporters.domain import Reporter, unlinked
from hub.reporters.store import hide
from hub.reports.domain import ReportRefusedError
from hub.reports.store import file
from hub.reports.views import (
    Categories,
    ReportRequest,
    ReportView,
    categories_view,
    report_view,
)
from hub.rights.domain import has_somewhere
from hub.rights.guard import MaybeActing, address_of, not_allowed, open_to_all, refuse_haste
from hub.wiring import Connection, WiredParts

router = APIRouter(prefix="/api", tags=["reports"])


@router.get(
    "/report-categories",
    summary="What people may report, and who acts on it",
    dependencies=[open_to_all("a passer-by chooses what to report")],
)
async def report_categories(parts: WiredParts) -> Categories:
    """The categories and departments of the plan in force."""
    return categories_view(parts.plan)


@router.post(
    "/reports",
    summary="Report a hazard",
    status_code=201,
    responses={400: {}, 429: {}},
    dependencies=[open_to_all("a passer-by reports a hazard")],
)
async def report(
    of: Request,
    request: ReportRequest,
    parts: WiredParts,
    conn: Connection,
    acting: MaybeActing,
    key: Key = None,
) -> ReportView:
    """Opens a case at the holder of the leaf grid, or joins the open case of the same hazard.

    Who is no staff, or asks for it, appears as `reporter:N` everywhere (PR-07).
    """
    if acting is not None and not has_somewhere(acting, ("reports.write",)):
        raise not_allowed(("reports.write",))
    now = parts.clock()
    if acting is None:
        refuse_haste(parts.unsigned_reports, address_of(of))
    person = None if acting is None else acting.person
    who, actor = person or PASSER_BY, person or PASSER_BY
    if request.hides(person):
        who, actor = unlinked(who, key), WITHHELD
    note_as(of, actor)

    async def take() -> ReportView:
        name = actor
        if actor == WITHHELD:
            told = Reporter(at=now, person=person, name=request.name, contact=request.contact)
            name = await hide(conn, told)
            note_as(of, name)
        role = role_in(parts.directory.territory, name)  # of who is hidden, none is told
        filed = request.filed(name, now, role)
        taken = await file(conn, filed, parts.plan, now)
        return report_view(taken, parts.directory, now, acting)

    first = None if request.dissuaded else {"dissuaded"}  # as earlier versions asked
    what = f"reports {request.model_dump_json(exclude=first)}"
    asked = Asked(person=who, key=key, what=what, now=now)
    try:
        return await once(conn, asked, ReportView, take)
    except NoSuchPhotoError as error:
        raise no_such_photo(error) from None
    except ReportRefusedError as error:
        raise invalid(
            [FieldError(field=f"body.{fault.field}", message=fault.text) for fault in error.faults]
        ) from None
