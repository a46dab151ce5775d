"""Rounds: what runs out in any case is acted upon, to the second, and right after a restart.

What is due stands in the database. Several hubs may do this at once: each looks at the case again
under the lock of the log, so that nothing happens twice.
"""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases import store as cases
from hub.cases.store import StoredCase
from hub.escalation import store
from hub.escalation.lapse import Around, lapse
from hub.escalation.terms import terms_of
from hub.plans.domain import Plan
from hub.roster.domain import Leave
from hub.roster.store import chain, leaves_at

EVERY_S = 0.25  # ours: within half a second of due
AT_ONCE = 20  # cases in one transaction; ours: it holds the log for a tenth of a second
AGAIN: Micros = 60_000_000  # ours: where nobody could be found, so soon it is tried again


async def act_due(conn: AsyncConnection[Any], now: Micros, *, plan: Plan) -> int:
    """Act on what is due at `now`; returns in how many cases something happened, or was drawn."""
    drawn = await store.draw(conn, plan)
    leaves = await leaves_at(conn, now)
    if not await _candidates(conn, leaves, now):
        return drawn
    acted = 0
    async with conn.transaction():
        await cases.lock_log(conn)
        leaves = await leaves_at(conn, now)
        desk = await store.desk(conn)
        for case in await _candidates(conn, leaves, now):
            acted += await _act(conn, case, tuple(leaves), desk, now, plan)
    return drawn + acted


async def _candidates(
    conn: AsyncConnection[Any], leaves: list[Leave], now: Micros
) -> list[StoredCase]:
    found: dict[int, StoredCase] = {}
    for number in await store.waking(conn, now, AT_ONCE):
        case = await cases.find(conn, number)
        if case is not None:
            found[number] = case
    away = sorted({leave.person for leave in leaves})
    for case in await cases.find_owned(conn, away) if away else ():
        found.setdefault(case.id, case)
    return list(found.values())


async def _act(
    conn: AsyncConnection[Any],
    case: StoredCase,
    leaves: tuple[Leave, ...],
    desk: tuple[str, ...],
    now: Micros,
    plan: Plan,
) -> bool:
    log = (await store.read_logs(conn, [case.id]))[case.id]
    around = Around(
        posts=(await chain(conn, case.grid_path)).posts,
        leaves=leaves,
        desk=desk,
        acknowledge_s=plan.grids.acknowledge_s(case.state.grade),
    )
    terms = terms_of(plan, case.state.kind, case.grid_path)
    lapsed = lapse(case.state, store.watch_of(case, log), terms, around, now)
    case = await cases.append(conn, case, lapsed.events)
    await store.redraw(conn, [case], plan, vain=lapsed.vain, again=now + AGAIN)
    return bool(lapsed.events)
