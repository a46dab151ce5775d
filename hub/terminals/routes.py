"""Routes of the terminals: the inventory, and how much of the time on duty each was online."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from edge.wire import Micros
from hub.gaps.domain import Span
from hub.live.domain import MISSED_REPORTS
from hub.problems import FieldError, invalid
from hub.rights.guard import Acting, needs
from hub.rights.people import people_under
from hub.sites.domain import Terminal
from hub.terminals.domain import Presence
from hub.terminals.store import presences
from hub.terminals.views import TerminalList, TerminalView
from hub.views import Asked, instant, person_view
from hub.wiring import Connection, Parts, WiredParts
from ingest import clock

LONGEST = timedelta(days=7)  # ours: 10,000 reports of a terminal that gives one each minute

router = APIRouter(prefix="/api", tags=["terminals"])


@router.get(
    "/terminals",
    summary="Terminals and their share of time online",
    responses={422: {}},
    dependencies=[needs("staff.read")],
)
async def list_terminals(
    parts: WiredParts,
    conn: Connection,
    actor: Acting,
    start: Annotated[
        Asked | None, Query(alias="from", description="Seven days before `to`, if left out")
    ] = None,
    until: Annotated[Asked | None, Query(alias="to", description="Now, if left out")] = None,
) -> TerminalList:
    """Every terminal of one's people, worked out from what is stored; seven days at most."""
    now = parts.clock()
    last = until or clock.moment(now)
    first = start or last - LONGEST
    if not first <= last <= first + LONGEST:
        message = f"must lie after `from`, {LONGEST.days} days at most"
        raise invalid([FieldError(field="query.to", message=message)])
    span = Span(clock.micros(first), clock.micros(last), now)
    people = people_under(actor, "staff.read", parts.directory.territory)
    terminals = [one for one in parts.directory.terminals if people is None or one.person in people]
    found = await presences(conn, terminals, span, parts.terminal_rules, parts.zone)
    carried = {terminal.person for terminal in terminals}
    return TerminalList.model_validate(
        {
            "from": first,
            "to": last,
            "items": [_view(one, found[one.id], _seen(parts, one), parts) for one in terminals],
            "without": [
                person_view(member, parts.directory)
                for member in parts.directory.members
                if member not in carried and (people is None or member in people)
            ],
        }
    )


def _view(
    terminal: Terminal, presence: Presence, seen: Micros | None, parts: Parts
) -> TerminalView:
    return TerminalView(
        id=terminal.id,
        person=person_view(terminal.person, parts.directory),
        last_seen=instant(seen),
        stale_after_s=MISSED_REPORTS * terminal.report_s,
        on_duty_s=presence.on_duty / clock.SECOND,
        online_s=presence.online / clock.SECOND,
        share=presence.share,
    )


def _seen(parts: Parts, terminal: Terminal) -> Micros | None:
    line = parts.board.lines.get(terminal.id)
    return None if line is None else line.seen
