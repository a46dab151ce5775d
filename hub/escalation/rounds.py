"""Rounds: what runs out in any case is acted upon, to the second, and right after a restart.

What is due stands in the database. Several hubs may do this at once: each looks at the case again
under the lock of the log, so that nothing happens twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.cases import store as cases
from hub.cases.store import StoredCase
from hub.escalation import store
from hub.escalation.lapse import Around, lapse
from hub.escalation.terms import terms_of
from hub.escalation.timers import TimerName
from hub.plans.domain import Plan
from hub.roster.domain import Leave, Post
from hub.roster.store import chain, leaves_at

EVERY_S = 0.25  # ours: within half a second of due
AT_ONCE = 20  # cases in one transaction; ours: it holds the log for a tenth of a second
AGAIN: Micros = 60_000_000  # ours: where nobody could be found, so soon it is tried again


async def act_due(conn: AsyncConnection[Any], now: Micros, *, plan: Plan) -> int:
    """Act on what is due at `now`; returns in how many cases something happened, or was drawn."""
    drawn = await store.draw(conn, plan)
    woken = await store.waking(conn, now, AT_ONCE)
    if not await _due(conn, woken, await leaves_at(conn, now)):
        return drawn
    async with conn.transaction():
        await cases.lock_log(conn)
        leaves = tuple(await leaves_at(conn, now))
        woken = await store.waking(conn, now, AT_ONCE)
        found = await _due(conn, woken, leaves)
        return drawn + await _act(conn, found, frozenset(woken), leaves, now, plan)


async def _due(
    conn: AsyncConnection[Any], woken: Sequence[int], leaves: Sequence[Leave]
) -> list[StoredCase]:
    """Cases of which a timer has run out, and those whose owner is away."""
    found = {case.id: case for case in (await cases.find_all(conn, woken) if woken else ())}
    away = sorted({leave.person for leave in leaves})
    for case in await cases.find_owned(conn, away) if away else ():
        found.setdefault(case.id, case)
    return list(found.values())


async def _act(
    conn: AsyncConnection[Any],
    found: Sequence[StoredCase],
    woken: frozenset[int],
    leaves: tuple[Leave, ...],
    now: Micros,
    plan: Plan,
) -> int:
    logs = await store.read_logs(conn, [case.id for case in found])
    desk = await store.desk(conn)
    posts: dict[tuple[str, ...], tuple[Post, ...]] = {}
    vain: dict[int, frozenset[TimerName]] = {}
    after: list[StoredCase] = []
    acted = 0
    for case in found:
        if case.grid_path not in posts:
            posts[case.grid_path] = (await chain(conn, case.grid_path)).posts
        around = Around(
            posts=posts[case.grid_path],
            leaves=leaves,
            desk=desk,
            acknowledge_s=plan.grids.acknowledge_s(case.state.grade),
        )
        log = logs[case.id]
        terms = terms_of(plan, case.state.kind, case.grid_path)
        lapsed = lapse(case.state, store.watch_of(case, log), terms, around, now)
        if lapsed.events or case.id in woken:  # what woke in vain, or too early, is drawn anew
            log += lapsed.events
            vain[case.id] = lapsed.vain
            after.append(await cases.append(conn, case, lapsed.events))
            acted += bool(lapsed.events)
    if after:
        await store.redraw(conn, after, logs, plan, vain=vain, again=now + AGAIN)
    return acted
