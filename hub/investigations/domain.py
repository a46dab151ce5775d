"""An investigation: purpose, legal basis, index persons, window, approver, expiry.

Nobody's movements can be read but under one that somebody else has approved, by the two of them,
about its index persons, within its window, until it expires or is closed.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from edge.wire import Micros

HOUR = 3_600_000_000
DAY = 24 * HOUR
DEFAULT_HOURS = 24  # ours (PR-02)
MOST_HOURS = 7 * 24  # ours: longer is another investigation
MOST_INDEX_PERSONS = 50  # ours
LONGEST_WINDOW_DAYS = 30  # ours (PR-04): nothing older is kept

Stage: TypeAlias = Literal["asked", "refused", "open", "expired", "closed"]


class InvestigationError(ValueError):
    """Something about an investigation is refused; `field` says where, the text why."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for; index persons are person keys."""

    purpose: str
    legal_basis: str
    index_persons: tuple[int, ...]
    start: Micros
    end: Micros
    hours: int = DEFAULT_HOURS


class Investigation(msgspec.Struct, frozen=True, kw_only=True):
    """A request with who asked, who decided, and until when it holds."""

    id: int
    request: Request
    opened_by: str
    opened: Micros
    decided_by: str | None = None
    decided: Micros | None = None
    approved: bool | None = None
    expires: Micros | None = None
    closed_by: str | None = None
    closed: Micros | None = None

    def stage(self, now: Micros) -> Stage:
        """Where it stands."""
        if self.approved is None:
            return "asked" if self.closed is None else "closed"
        if not self.approved:
            return "refused"
        if self.closed is not None:
            return "closed"
        return "open" if self.expires is not None and now < self.expires else "expired"

    def why_not_readable(self, person: str, now: Micros) -> str | None:
        """Why somebody may not read under it now, or None."""
        stage = self.stage(now)
        if stage != "open":
            return f"the investigation is {stage}"
        if person not in (self.opened_by, self.decided_by):
            return "only who opened it and who approved it may read under it"
        return None


def checked(request: Request, now: Micros) -> Request:
    """A request that may be put to an approver, tidied.

    Raises:
        InvestigationError: it lacks purpose, basis or index persons, or asks for too much.
    """
    purpose, basis = request.purpose.strip(), request.legal_basis.strip()
    if not purpose:
        raise InvestigationError("purpose", "say what the trace is for")
    if not basis:
        raise InvestigationError("legal_basis", "name the law or the order that allows it")
    index = tuple(dict.fromkeys(request.index_persons))
    if not 1 <= len(index) <= MOST_INDEX_PERSONS:
        raise InvestigationError("index_persons", f"1 to {MOST_INDEX_PERSONS} are needed")
    if request.end <= request.start:
        raise InvestigationError("to", "must be later than `from`")
    if request.end - request.start > LONGEST_WINDOW_DAYS * DAY:
        raise InvestigationError("to", f"{LONGEST_WINDOW_DAYS} days at most")
    if request.start > now:
        raise InvestigationError("from", "lies in the future")
    if not 1 <= request.hours <= MOST_HOURS:
        raise InvestigationError("hours", f"1 to {MOST_HOURS}")
    return msgspec.structs.replace(request, purpose=purpose, legal_basis=basis, index_persons=index)


def decided(asked: Investigation, *, by: str, approve: bool, now: Micros) -> Investigation:
    """Approve or refuse a request; an approval holds for the hours asked for, from now.

    Raises:
        InvestigationError: it was decided or closed already, or by who asked.
    """
    if asked.stage(now) != "asked":
        raise InvestigationError("id", f"it is {asked.stage(now)} already")
    if by == asked.opened_by:
        raise InvestigationError("person", "somebody else must decide")
    expires = now + asked.request.hours * HOUR if approve else None
    return msgspec.structs.replace(
        asked, decided_by=by, decided=now, approved=approve, expires=expires
    )


def closed(current: Investigation, *, by: str, now: Micros) -> Investigation:
    """Close it before its time.

    Raises:
        InvestigationError: it is over already, or somebody closes it whom it does not concern.
    """
    if current.stage(now) not in ("asked", "open"):
        raise InvestigationError("id", f"it is {current.stage(now)} already")
    if by not in (current.opened_by, current.decided_by):
        raise InvestigationError("person", "only who opened it or approved it may close it")
    return msgspec.structs.replace(current, closed_by=by, closed=now)
