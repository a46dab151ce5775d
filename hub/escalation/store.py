"""Store of the timers: drawn from the logs of cases, up to a position of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import asdict
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases.domain import Event
from hub.cases.query import changed_since
from hub.cases.sight import ALL, Sight
from hub.cases.store import StoredCase
from hub.escalation.terms import mark, terms_of
from hub.escalation.timers import Timer, TimerName, timers
from hub.escalation.watch import Watch, watched
from hub.plans.domain import Plan
from ingest import clock
from ingest.sql import load_queries

AT_ONCE = 200  # cases drawn in one transaction; ours

_QUERIES = load_queries("hub.escalation")


async def draw(conn: AsyncConnection[Any], plan: Plan) -> int:
    """Draw the timers of the cases that have changed, of all where the plan has; returns how many.

    In a transaction of its own. Whoever acts on a timer looks at the case
    again, so that one that is out of date does nothing.
    """
    terms = mark(plan)
    if not await _is_behind(conn, terms):
        return 0
    async with conn.transaction():
        cursor = await conn.execute(_QUERIES["lock_state"])
        row = await cursor.fetchone()
        assert row is not None
        # By another plan all are drawn anew; until then the old ones wake, and are looked at again.
        position: int = row[0] if bytes(row[1]) == terms else 0
        changed = await changed_since(conn, position, AT_ONCE)
        logs = await read_logs(conn, [case.id for case in changed if _has_timers(case)])
        await redraw(conn, changed, logs, plan)
        position = changed[-1].position if changed else position
        await conn.execute(_QUERIES["set_state"], {"position": position, "terms": terms})
    return len(changed)


async def redraw(
    conn: AsyncConnection[Any],
    cases: Sequence[StoredCase],
    logs: Mapping[int, Sequence[Event]],
    plan: Plan,
    *,
    vain: Mapping[int, frozenset[TimerName]] | None = None,
    again: Micros = 0,
) -> None:
    """Draw the timers of some cases anew, from their logs; a case without a log has none.

    Those of a case that were in `vain` wake no earlier than `again`.
    """
    await conn.execute(_QUERIES["forget"], {"cases": [case.id for case in cases]})
    late = vain or {}
    rows = [
        _row(case, timer, late.get(case.id, frozenset()), again)
        for case in cases
        if case.id in logs
        for timer in _timers(case, logs[case.id], plan)
    ]
    if rows:
        async with conn.cursor() as cursor:
            await cursor.executemany(_QUERIES["draw"], rows)


async def read_logs(conn: AsyncConnection[Any], cases: Sequence[int]) -> dict[int, list[Event]]:
    """The events of some cases, in order."""
    if not cases:
        return {}
    found: dict[int, list[Event]] = {}
    cursor = await conn.execute(_QUERIES["logs"], {"cases": list(cases)})
    async for case, at, actor, event, note, data in cursor:
        found.setdefault(case, []).append(
            Event(event=event, at=clock.micros(at), actor=actor, note=note, data=data)
        )
    return found


async def waking(conn: AsyncConnection[Any], now: Micros, limit: int) -> list[int]:
    """Cases of which some timer has run out."""
    values = {"now": clock.moment(now), "limit": limit}
    return [case for (case,) in await (await conn.execute(_QUERIES["waking"], values)).fetchall()]


async def timers_of(conn: AsyncConnection[Any], case: int) -> list[Timer]:
    """What falls due in a case, the next one first."""
    cursor = await conn.execute(_QUERIES["timers"], {"case": case})
    return [Timer(name, clock.micros(due)) for name, due in await cursor.fetchall()]


async def next_timers(
    conn: AsyncConnection[Any],
    before: Micros | None,
    grid: str | None,
    limit: int,
    sight: Sight = ALL,
) -> list[tuple[int, Timer]]:
    """What falls due next in any case in sight, of a grid; None: of all."""
    until = None if before is None else clock.moment(before)
    values = {"until": until, "grid": grid, "limit": limit, **asdict(sight)}
    cursor = await conn.execute(_QUERIES["next"], values)
    return [(case, Timer(name, clock.micros(due))) for case, name, due in await cursor.fetchall()]


async def desk(conn: AsyncConnection[Any]) -> tuple[str, ...]:
    """The people of the desk."""
    return tuple(person for (person,) in await (await conn.execute(_QUERIES["desk"])).fetchall())


def watch_of(case: StoredCase, log: Sequence[Event]) -> Watch:
    """The watch over a case, from its log."""
    return watched(log, case.grid)


async def _is_behind(conn: AsyncConnection[Any], terms: bytes) -> bool:
    cursor = await conn.execute(_QUERIES["state"])
    row = await cursor.fetchone()
    if row is None or bytes(row[1]) != terms:
        return True
    return bool(await changed_since(conn, row[0], 1))


def _has_timers(case: StoredCase) -> bool:
    """Whether anything can fall due; the log of what ended long ago is not read."""
    progress = case.state.progress
    return case.state.open or progress.feedback_by is not None or progress.revisit_by is not None


def _timers(case: StoredCase, log: Sequence[Event], plan: Plan) -> list[Timer]:
    terms = terms_of(plan, case.state.kind, case.grid_path)
    return timers(case.state, watch_of(case, log), terms)


def _row(
    case: StoredCase, timer: Timer, vain: frozenset[TimerName], again: Micros
) -> dict[str, Any]:
    wakes = max(timer.due, again) if timer.name in vain else timer.due
    return {
        "case": case.id,
        "name": timer.name,
        "due": clock.moment(timer.due),
        "wakes": None if timer.effect == "list" else clock.moment(wakes),
    }
