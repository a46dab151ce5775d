"""Routes of the roster: leave is filed, somebody of a higher grid approves it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, StringConstraints

from edge.wire import Micros
from hub.acting import Person, is_known, refuse_unknown
from hub.directory import Directory
from hub.problems import FieldError, ProblemError, invalid
from hub.roster.domain import Decision, Leave, LeaveState, outranks
from hub.roster.store import (
    FiledLeave,
    decide_leave,
    end_leave,
    file_leave,
    find_leave,
    list_leaves,
)
from hub.sites.store import read_site
from hub.views import Asked, Instant, PersonRef, instant, name_view
from hub.wiring import Connection, WiredParts
from ingest import clock

_BIGINT = 2**63 - 1

router = APIRouter(prefix="/api", tags=["roster"])


class LeaveOrder(BaseModel):
    """Leave to be filed."""

    model_config = ConfigDict(extra="forbid")

    person: Annotated[str, StringConstraints(max_length=64)]
    starts: Asked
    ends: Asked
    reason: Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")] = ""


class LeaveDecision(BaseModel):
    """What is decided about a filed leave; its filer or the person may withdraw it."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision


class LeaveView(BaseModel):
    """One leave; only an approved one moves cases."""

    id: int
    person: PersonRef
    starts: Instant
    ends: Instant
    reason: str
    state: LeaveState
    filed_by: PersonRef
    filed: Instant
    decided_by: PersonRef | None
    decided: Instant | None


@router.get("/leaves", summary="Leave in course and ahead")
async def read_leaves(
    parts: WiredParts,
    conn: Connection,
    since: Annotated[Asked | None, Query(description="Ending after; now, if left out")] = None,
) -> list[LeaveView]:
    """Leaves of any state that end after a time, in order of their start."""
    after = parts.clock() if since is None else clock.micros(since)
    return [_view(leave, parts.directory) for leave in await list_leaves(conn, after)]


@router.post("/leaves", summary="File leave", status_code=201, responses={400: {}, 422: {}})
async def post_leave(
    order: LeaveOrder, parts: WiredParts, conn: Connection, person: Person
) -> LeaveView:
    """File leave for oneself or another; it moves nothing before it is approved."""
    await refuse_unknown(parts, conn, person)
    if not await is_known(parts, conn, order.person):
        raise _wrong("body.person", "nobody of that id belongs to the site")
    if order.ends <= order.starts:
        raise _wrong("body.ends", "must lie after `starts`")
    leave = Leave(
        person=order.person, starts=clock.micros(order.starts), ends=clock.micros(order.ends)
    )
    filed = await file_leave(conn, leave, reason=order.reason, filed_by=person, now=parts.clock())
    return _view(filed, parts.directory)


@router.post(
    "/leaves/{leave_id}/decision",
    summary="Approve, refuse or withdraw leave",
    responses={400: {}, 403: {}, 404: {}, 409: {}},
)
async def decide(
    leave_id: Annotated[int, Path(ge=1, le=_BIGINT)],
    order: LeaveDecision,
    parts: WiredParts,
    conn: Connection,
    person: Person,
) -> LeaveView:
    """Approve or refuse as a holder of a higher grid; withdraw as the filer or the person.

    A leave in course that is withdrawn ends now: what happened meanwhile stays explained.
    """
    await refuse_unknown(parts, conn, person)
    now = parts.clock()
    async with conn.transaction():
        leave = await find_leave(conn, leave_id)
        if leave is None:
            text = f"No leave has id {leave_id}; see GET /api/leaves."
            raise ProblemError(404, "no-such-leave", "There is no such leave", text)
        if order.decision == "withdraw":
            _refuse_strangers(leave, person)
            decided = await _withdraw(conn, leave, person, now)
        else:
            if leave.state != "filed":
                raise _decided(leave)
            await _refuse_lower(conn, leave, person)
            state = "approved" if order.decision == "approve" else "refused"
            decided = await decide_leave(conn, leave_id, state, by=person, now=now)
    return _view(decided, parts.directory)


async def _withdraw(conn: Connection, leave: FiledLeave, person: str, now: Micros) -> FiledLeave:
    if leave.state in ("refused", "withdrawn") or leave.ends <= now:
        raise _decided(leave)
    if leave.state == "approved" and leave.starts < now:
        return await end_leave(conn, leave.id, now)
    return await decide_leave(conn, leave.id, "withdrawn", by=person, now=now)


def _refuse_strangers(leave: FiledLeave, person: str) -> None:
    if person not in (leave.person, leave.filed_by):
        text = "Only the person on leave, or who filed it, can withdraw it."
        raise ProblemError(403, "not-yours", "The leave is another's", text)


async def _refuse_lower(conn: Connection, leave: FiledLeave, person: str) -> None:
    """Check that somebody else decides, of a grid above all that the person holds."""
    document = await read_site(conn)
    parents = {} if document is None else {grid.code: grid.parent for grid in document.grids}
    holdings = {} if document is None else {held.grid: held for held in document.holdings}
    theirs = [
        code for code, held in holdings.items() if leave.person in (held.warden, held.stand_in)
    ]
    own = person in (leave.person, leave.filed_by)
    if own or not outranks(person, theirs, parents, holdings):
        raise ProblemError(
            403,
            "not-above",
            "Somebody of a higher grid has to decide",
            "Leave is decided by another person than who filed it or takes it: a holder of a grid "
            f"above {', '.join(sorted(theirs)) or 'the root'}.",
        )


def _decided(leave: FiledLeave) -> ProblemError:
    text = f"The leave is {leave.state}, or over; file another one."
    return ProblemError(409, "leave-decided", "The leave is decided already", text)


def _wrong(field: str, message: str) -> ProblemError:
    return invalid([FieldError(field=field, message=message)])


def _view(leave: FiledLeave, directory: Directory) -> LeaveView:
    def person(id_: str) -> PersonRef:
        return PersonRef(id=id_, name=name_view(directory.name(id_)))

    return LeaveView(
        id=leave.id,
        person=person(leave.person),
        starts=clock.moment(leave.starts),
        ends=clock.moment(leave.ends),
        reason=leave.reason,
        state=leave.state,
        filed_by=person(leave.filed_by),
        filed=clock.moment(leave.filed),
        decided_by=None if leave.decided_by is None else person(leave.decided_by),
        decided=instant(leave.decided),
    )
