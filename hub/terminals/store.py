"""Store of the terminals: how much of their members' time on duty they were online."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection

from hub.gaps.domain import Span
from hub.gaps.store import gaps_of, promises_of
from hub.roster.store import leaves_within
from hub.sites.domain import Terminal
from hub.terminals.domain import Presence, Stretch, TerminalRules, duty, presence, without


async def presences(
    conn: AsyncConnection[Any],
    terminals: Sequence[Terminal],
    span: Span,
    rules: TerminalRules,
    zone: ZoneInfo,
) -> dict[str, Presence]:
    """The presence of each terminal within the span, by its id.

    Nothing is owed after now, before a terminal was registered, and while its member is on leave.
    """
    until = min(span.until, span.now)
    on_duty = duty((span.start, until), rules, zone)
    away: defaultdict[str, list[Stretch]] = defaultdict(list)
    for leave in await leaves_within(conn, span.start, span.until):
        away[leave.person].append((leave.starts, leave.ends))
    since = {name: owed.since for name, owed in (await promises_of(conn, terminals)).items()}
    gaps = await gaps_of(conn, terminals, span)
    return {
        terminal.id: presence(
            without(on_duty, [(0, since.get(terminal.id, until)), *away[terminal.person]]),
            [(gap.start, gap.until) for gap in gaps[terminal.id]],
        )
        for terminal in terminals
    }
