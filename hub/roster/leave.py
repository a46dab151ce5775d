"""Leave: filed by anybody of the site, decided by another person of a higher grid."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.roster.domain import Decision, Leave, outranks
from hub.roster.store import FiledLeave, decide_leave, end_leave, file_leave, find_leave
from hub.sites.store import read_site


class LeaveError(ValueError):
    """Leave that cannot be filed or decided so; the text says what to do."""


class UnknownPersonError(LeaveError):
    """Nobody of that id belongs to the site."""


class NoSuchLeaveError(LeaveError):
    """There is no leave with that id."""


class LeaveDecidedError(LeaveError):
    """The leave is decided already, or over."""


class NotYoursError(LeaveError):
    """Only the person on leave, or who filed it, can withdraw it."""


class NotAboveError(LeaveError):
    """Another person, of a higher grid, has to decide."""


async def file(
    conn: AsyncConnection[Any], leave: Leave, *, reason: str, by: str, now: Micros
) -> FiledLeave:
    """File leave for oneself or another; it moves nothing before it is approved.

    Raises:
        UnknownPersonError: `by` or the person on leave is nobody of the site.
        LeaveError: it ends before it begins.
    """
    document = await read_site(conn)
    known: set[str] = set() if document is None else {person.id for person in document.people}
    for person in (by, leave.person):
        if person not in known:
            raise UnknownPersonError(f"nobody of the site has the id {person}")
    if leave.ends <= leave.starts:
        raise LeaveError("the leave must end after it begins")
    return await file_leave(conn, leave, reason=reason, filed_by=by, now=now)


async def decide(
    conn: AsyncConnection[Any], leave: int, decision: Decision, *, by: str, now: Micros
) -> FiledLeave:
    """Approve or refuse as a holder of a higher grid; withdraw as the filer or the person.

    A leave in course that is withdrawn ends now: what happened meanwhile stays explained.

    Raises:
        NoSuchLeaveError, LeaveDecidedError, NotYoursError, NotAboveError: it cannot be.
    """
    async with conn.transaction():
        found = await find_leave(conn, leave)
        if found is None:
            raise NoSuchLeaveError(f"no leave has the id {leave}")
        if decision == "withdraw":
            return await _withdraw(conn, found, by, now)
        if found.state != "filed":
            raise _decided(found)
        await _refuse_lower(conn, found, by)
        state = "approved" if decision == "approve" else "refused"
        return await decide_leave(conn, leave, state, by=by, now=now)


async def _withdraw(
    conn: AsyncConnection[Any], leave: FiledLeave, by: str, now: Micros
) -> FiledLeave:
    if by not in (leave.person, leave.filed_by):
        raise NotYoursError("only the person on leave, or who filed it, can withdraw it")
    if leave.state in ("refused", "withdrawn") or leave.ends <= now:
        raise _decided(leave)
    if leave.state == "approved" and leave.starts < now:
        return await end_leave(conn, leave.id, now)
    return await decide_leave(conn, leave.id, "withdrawn", by=by, now=now)


async def _refuse_lower(conn: AsyncConnection[Any], leave: FiledLeave, by: str) -> None:
    """Check that somebody else decides, of a grid above all that the person holds."""
    document = await read_site(conn)
    parents = {} if document is None else {grid.code: grid.parent for grid in document.grids}
    holdings = {} if document is None else {held.grid: held for held in document.holdings}
    theirs = [
        code for code, held in holdings.items() if leave.person in (held.warden, held.stand_in)
    ]
    own = by in (leave.person, leave.filed_by)
    if own or not outranks(by, theirs, parents, holdings):
        raise NotAboveError(
            "leave is decided by another person than who filed it or takes it: a holder of a grid "
            f"above {', '.join(sorted(theirs)) or 'the root'}"
        )


def _decided(leave: FiledLeave) -> LeaveDecidedError:
    return LeaveDecidedError(f"the leave is {leave.state}, or over; file another one")
