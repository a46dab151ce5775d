"""Routes of the violations: auditors and commanders record and read them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from hub.acting import Person, is_known
from hub.audit.noting import note_subject
from hub.cases.sight import sees
from hub.cases.store import find as find_case
from hub.photos.store import NoSuchPhotoError, hold
from hub.photos.views import no_such_photo
from hub.problems import FieldError, invalid
from hub.replies.repeatable import repeatable
from hub.rights.domain import Actor
from hub.rights.guard import Acting, needs
from hub.rights.people import is_under, people_under
from hub.secrecy.guard import of_persons
from hub.violations import store
from hub.violations.domain import Violation
from hub.violations.views import (
    RecordedViolation,
    RecordedViolations,
    ViolationRequest,
    asked,
    violation_view,
)
from hub.wiring import Connection, Parts, WiredParts

router = APIRouter(prefix="/api", tags=["violations"])


@router.post(
    "/violations",
    summary="Record a violation",
    status_code=201,
    responses={403: {}},
    dependencies=[needs("violations.write")],
)
@repeatable
async def record_violation(
    of: Request,
    request: ViolationRequest,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    person: Person,
) -> RecordedViolation:
    """A leak becomes a violation with person, time and evidence (PR-05); none is changed later."""
    violation = asked(request, person, parts.clock())
    await _refuse_unsound(parts, conn, actor, violation)
    try:
        await hold(conn, [one for one in violation.evidence if ":" not in one])
    except NoSuchPhotoError as error:
        raise no_such_photo(error) from None
    number = await store.record(conn, violation)
    note_subject(of, f"violation:{number}")
    return violation_view(number, violation, parts.directory)


@router.get(
    "/violations",
    summary="Recorded violations",
    responses={403: {}},
    dependencies=[needs("violations.read"), of_persons()],
)
async def list_violations(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    of: Annotated[str | None, Query(max_length=64, description="Of one person")] = None,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> RecordedViolations:
    """Of one's people, the newest first."""
    people = people_under(actor, "violations.read", parts.directory.territory)
    found = await store.newest(conn, person=of, people=people, before=before, limit=limit)
    return RecordedViolations(
        items=[violation_view(number, one, parts.directory) for number, one in found],
        next=found[-1][0] if len(found) == limit else None,
    )


async def _refuse_unsound(
    parts: Parts, conn: Connection, actor: Actor, violation: Violation
) -> None:
    faults: list[FieldError] = []
    known, site = await is_known(parts, conn, violation.person), parts.directory.territory
    if not (known and is_under(actor, "violations.write", violation.person, site)):
        faults.append(FieldError(field="body.person", message="nobody of that id is on the site"))
    if violation.happened > violation.recorded:
        faults.append(FieldError(field="body.happened", message="lies in the future"))
    for number, one in enumerate(violation.evidence):
        if not one.startswith("case:"):
            continue
        case = await find_case(conn, int(one[5:]))
        if case is None or not sees(actor, case):
            faults.append(FieldError(field=f"body.evidence.{number}", message="no such case"))
    if faults:
        raise invalid(faults)
