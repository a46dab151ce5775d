"""Routes of the staff: staffing against the plan, letters, direct command."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path
from psycopg.rows import DictRow

from hub.acting import Person, refuse_unknown
from hub.division.read import site_in_force
from hub.problems import ProblemError, told
from hub.replies.repeatable import repeatable
from hub.rights.guard import Acting, needs, nothing_there, signed_in
from hub.rights.people import is_under
from hub.rights.sight import seen_grids, sees_grid
from hub.secrecy.guard import of_persons
from hub.sites.sizes import sizes
from hub.staff import store
from hub.staff.domain import concerns, reconcile, unsigned
from hub.staff.views import (
    ConcernView,
    DirectCommand,
    LetterOrder,
    ReconciledView,
    ResponsibilityLetters,
    ResponsibilityLetterView,
    Signature,
    StaffReport,
    SwitchOrder,
    SwitchView,
    UnsignedView,
)
from hub.views import person_view
from hub.wiring import Connection, Parts, WiredParts

router = APIRouter(prefix="/api", tags=["staff"])

LetterId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get(
    "/staff",
    summary="Staff, terminals and grids against the plan",
    responses={404: {}},
    dependencies=[needs("staff.read"), of_persons()],
)
async def read_staff(parts: WiredParts, conn: Connection, actor: Acting) -> StaffReport:
    """Of one's grids: what lacks or is too many, and members not eligible, or not for long."""
    document = await site_in_force(conn)
    # In a thread: of a town it takes a while, and the streams share this one.
    size = await asyncio.to_thread(sizes, document)
    households = {code: one.households for code, one in size.items()}
    site = parts.directory.territory
    found = [
        one
        for one in reconcile(document, parts.rules, households)
        if sees_grid(actor, "staff.read", one.grid, site)
    ]
    worth = [
        one
        for one in concerns(document, parts.rules.eligibility, parts.today())
        if is_under(actor, "staff.read", one.person, site)
    ]
    return StaffReport(
        asked=bool(found) or parts.rules.eligibility is not None,
        reconciled=[
            ReconciledView(**msgspec.structs.asdict(one), vacant=one.vacant, over=one.over)
            for one in found
            if one.vacant or one.over
        ],
        checked=len(found),
        concerns=[
            ConcernView(
                person=person_view(one.person, parts.directory),
                kind=one.kind,
                grids=[code for code in one.grids if sees_grid(actor, "staff.read", code, site)],
                on=one.on,
            )
            for one in worth
        ],
    )


@router.get(
    "/responsibility-letters",
    summary="Responsibility letters, and who has none",
    responses={404: {}},
    dependencies=[needs("staff.read"), of_persons()],
)
async def read_responsibility_letters(
    parts: WiredParts, conn: Connection, actor: Acting
) -> ResponsibilityLetters:
    """Of one's grids every letter, and each holder without a valid one, from the top down."""
    document, site = await site_in_force(conn), parts.directory.territory
    grids = seen_grids(actor, "staff.read", site)
    rows, today = await store.letters(conn, grids, actor.person), parts.today()
    lacking = unsigned(document, [store.letter_of(row) for row in rows], today)
    return ResponsibilityLetters(
        letters=[_letter(row, parts) for row in rows],
        unsigned=[
            UnsignedView(
                grid=one.grid,
                level=one.level,
                person=person_view(one.person, parts.directory),
                lack=one.lack,
            )
            for one in lacking
            if grids is None or one.grid in grids
        ],
    )


@router.post(
    "/responsibility-letters",
    summary="File a responsibility letter",
    status_code=201,
    responses={400: {}, 403: {}, 404: {}, 409: {}, 422: {}},
    dependencies=[needs("staff.write")],
)
@repeatable
async def post_responsibility_letter(
    order: LetterOrder, parts: WiredParts, conn: Connection, actor: Acting, person: Person
) -> ResponsibilityLetterView:
    """For the holder of a grid, by a holder of a grid above; the holder signs it."""
    await refuse_unknown(parts, conn, person)
    document = await site_in_force(conn)
    if not sees_grid(actor, "staff.write", order.grid, parts.directory.territory):
        raise nothing_there()
    with told(store.StaffError, _problem):
        row = await store.file_letter(
            conn,
            document,
            order.grid,
            goals=order.goals,
            expires=order.expires,
            by=person,
            today=parts.today(),
            now=parts.clock(),
        )
    return _letter(row, parts)


@router.post(
    "/responsibility-letters/{letter_id}/signature",
    summary="Sign a responsibility letter",
    responses={400: {}, 403: {}, 404: {}, 409: {}, 422: {}},
    dependencies=[signed_in("one's own letter")],
)
@repeatable
async def post_responsibility_signature(
    letter_id: LetterId,
    order: Signature,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    person: Person,
) -> ResponsibilityLetterView:
    """As the person whose letter it is."""
    await refuse_unknown(parts, conn, person)
    today, site = parts.today(), parts.directory.territory
    with told(store.StaffError, _problem):
        found = await store.find_letter(conn, letter_id)
        if found["person"] != person and not sees_grid(actor, "staff.read", found["grid"], site):
            raise store.NoSuchLetterError(f"no letter has the id {letter_id}")
        row = await store.sign_letter(
            conn, letter_id, by=person, signed=order.signed or today, today=today
        )
    return _letter(row, parts)


@router.get(
    "/direct-command",
    summary="Whether the top addresses leaf grids directly",
    dependencies=[needs("site.read")],
)
async def read_direct_command(parts: WiredParts, conn: Connection) -> DirectCommand:
    """With every switch, the one in force first."""
    return _direct(await store.switches(conn), parts)


@router.post(
    "/direct-command",
    summary="Switch direct command on or off",
    responses={400: {}, 403: {}, 404: {}, 409: {}, 422: {}},
    dependencies=[needs("command.direct")],
)
@repeatable
async def post_direct_command(
    order: SwitchOrder, parts: WiredParts, conn: Connection, person: Person
) -> DirectCommand:
    """As a holder of the root; from now on the levels between answer for nothing, or do again."""
    await refuse_unknown(parts, conn, person)
    document = await site_in_force(conn)
    with told(store.StaffError, _problem):
        await store.switch(
            conn,
            document,
            active=order.active,
            reason=order.reason,
            by=person,
            now=parts.clock(),
        )
    return _direct(await store.switches(conn), parts)


def _problem(error: store.StaffError) -> ProblemError:
    text = f"{str(error)[0].upper()}{str(error)[1:]}."
    if isinstance(error, store.NoSuchLetterError):
        return ProblemError(404, "no-such-letter", "There is no such letter", text)
    if isinstance(error, store.NotAllowedError):
        return ProblemError(403, "not-allowed", "Somebody else has to do that", text)
    return ProblemError(409, "staff-refused", "It cannot be done so", text)


def _direct(rows: list[DictRow], parts: Parts) -> DirectCommand:
    return DirectCommand(
        active=bool(rows) and rows[0]["active"],
        log=[
            SwitchView(
                active=row["active"],
                reason=row["reason"],
                by=person_view(row["by"], parts.directory),
                at=row["at"],
            )
            for row in rows
        ],
    )


def _letter(row: DictRow, parts: Parts) -> ResponsibilityLetterView:
    people = {
        name: None if row[name] is None else person_view(row[name], parts.directory)
        for name in ("person", "upper", "filed_by")
    }
    expired = row["expires"] < parts.today()
    return ResponsibilityLetterView.model_validate({**row, **people, "expired": expired})
