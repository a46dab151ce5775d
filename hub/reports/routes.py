"""Routes of the reports: what may be reported, and a report."""

from __future__ import annotations

from fastapi import APIRouter, Request

from hub.cases.reported import PASSER_BY
from hub.cases.scene import role_in
from hub.photos.store import NoSuchPhotoError
from hub.photos.views import no_such_photo
from hub.problems import FieldError, invalid
from hub.replies.store import Asked, Key, once
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
    actor: MaybeActing,
    key: Key = None,
) -> ReportView:
    """Opens a case at the holder of the leaf grid, or joins the open case of the same hazard."""
    if actor is not None and not has_somewhere(actor, ("reports.write",)):
        raise not_allowed(("reports.write",))
    now = parts.clock()
    if actor is None:
        refuse_haste(parts.unsigned_reports, address_of(of))
    person = PASSER_BY if actor is None else actor.person
    filed = request.filed(person, now, role_in(parts.directory.territory, person))

    async def take() -> ReportView:
        return report_view(await file(conn, filed, parts.plan, now), parts.directory, now)

    first = None if request.dissuaded else {"dissuaded"}  # as earlier versions asked
    what = f"reports {request.model_dump_json(exclude=first)}"
    asked = Asked(person=filed.actor, key=key, what=what, now=now)
    try:
        return await once(conn, asked, ReportView, take)
    except NoSuchPhotoError as error:
        raise no_such_photo(error) from None
    except ReportRefusedError as error:
        raise invalid(
            [FieldError(field=f"body.{fault.field}", message=fault.text) for fault in error.faults]
        ) from None
