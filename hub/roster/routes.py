"""Routes of the roster: leave is filed, somebody of a higher grid approves it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, StringConstraints

from hub.acting import Person, is_known, refuse_unknown
from hub.directory import Directory
from hub.problems import FieldError, ProblemError, invalid
from hub.replies.repeatable import repeatable
from hub.rights.domain import Actor, Right
from hub.rights.guard import Acting, needs
from hub.rights.people import is_under, people_under, shares_a_post
from hub.rights.resolve import Territory
from hub.roster import leave
from hub.roster.domain import Decision, Leave, LeaveState
from hub.roster.store import FiledLeave, find_leave, list_leaves
from hub.views import Asked, Instant, PersonRef, instant, person_view
from hub.wiring import Connection, WiredParts
from ingest import clock

_BIGINT = 2**63 - 1
_PROBLEMS: dict[type[leave.LeaveError], tuple[int, str, str]] = {
    leave.NoSuchLeaveError: (404, "no-such-leave", "There is no such leave"),
    leave.LeaveDecidedError: (409, "leave-decided", "The leave is decided already"),
    leave.NotYoursError: (403, "not-yours", "The leave is another's"),
    leave.NotAboveError: (403, "not-above", "Somebody of a higher grid has to decide"),
}

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


@router.get("/leaves", summary="Leave in course and ahead", dependencies=[needs("leaves.read")])
async def read_leaves(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    since: Annotated[Asked | None, Query(description="Ending after; now, if left out")] = None,
) -> list[LeaveView]:
    """Leaves of one's people, of any state, that end after a time, in order of their start."""
    after = parts.clock() if since is None else clock.micros(since)
    site = parts.directory.territory
    people = people_under(actor, "leaves.read", site)
    if people is not None:
        people += [one for one in site.seats if shares_a_post(actor.person, one, site)]
    found = await list_leaves(conn, after, people=people, reader=actor.person)
    return [_view(one, parts.directory) for one in found]


@router.post(
    "/leaves",
    summary="File leave",
    status_code=201,
    responses={400: {}, 422: {}},
    dependencies=[needs("leaves.write")],
)
@repeatable
async def post_leave(
    order: LeaveOrder, parts: WiredParts, conn: Connection, actor: Acting, person: Person
) -> LeaveView:
    """File leave for oneself, one's people or whom one stands in for; it must be approved yet."""
    await refuse_unknown(parts, conn, person)
    known, site = await is_known(parts, conn, order.person), parts.directory.territory
    if not (known and _is_theirs(actor, order.person, site, "leaves.write")):
        raise _wrong("body.person", "nobody of that id belongs to the site")
    if order.ends <= order.starts:
        raise _wrong("body.ends", "must lie after `starts`")
    wanted = Leave(
        person=order.person, starts=clock.micros(order.starts), ends=clock.micros(order.ends)
    )
    filed = await leave.file(conn, wanted, reason=order.reason, by=person, now=parts.clock())
    return _view(filed, parts.directory)


@router.post(
    "/leaves/{leave_id}/decision",
    summary="Approve, refuse or withdraw leave",
    responses={400: {}, 403: {}, 404: {}, 409: {}},
    dependencies=[needs("leaves.decide", "leaves.write")],
)
@repeatable
async def decide(
    leave_id: Annotated[int, Path(ge=1, le=_BIGINT)],
    order: LeaveDecision,
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    person: Person,
) -> LeaveView:
    """Approve or refuse as a holder of a higher grid; withdraw as the filer or the person."""
    await refuse_unknown(parts, conn, person)
    try:
        found = await find_leave(conn, leave_id)
        if found is not None and not _is_seen(found, actor, parts.directory.territory):
            raise leave.NoSuchLeaveError(f"no leave has the id {leave_id}")
        decided = await leave.decide(conn, leave_id, order.decision, by=person, now=parts.clock())
    except leave.LeaveError as error:
        raise _problem(error) from None
    return _view(decided, parts.directory)


def _is_seen(one: FiledLeave, actor: Actor, site: Territory) -> bool:
    if one.filed_by == actor.person:
        return True
    return _is_theirs(actor, one.person, site, "leaves.read", "leaves.decide")


def _is_theirs(actor: Actor, person: str, site: Territory, *rights: Right) -> bool:
    if shares_a_post(actor.person, person, site):
        return True
    return any(is_under(actor, right, person, site) for right in rights)


def _problem(error: leave.LeaveError) -> ProblemError:
    status, slug, title = _PROBLEMS[type(error)]
    return ProblemError(status, slug, title, f"{str(error)[0].upper()}{str(error)[1:]}.")


def _wrong(field: str, message: str) -> ProblemError:
    return invalid([FieldError(field=field, message=message)])


def _view(one: FiledLeave, directory: Directory) -> LeaveView:
    return LeaveView(
        id=one.id,
        person=person_view(one.person, directory),
        starts=clock.moment(one.starts),
        ends=clock.moment(one.ends),
        reason=one.reason,
        state=one.state,
        filed_by=person_view(one.filed_by, directory),
        filed=clock.moment(one.filed),
        decided_by=None if one.decided_by is None else person_view(one.decided_by, directory),
        decided=instant(one.decided),
    )
