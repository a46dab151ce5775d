"""Sound: general alarms that fell due by the positive alarm sequence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from edge.wire import Micros
from hub.cases import store
from hub.cases.news import alarm
from hub.cases.positive import general_alarm
from hub.plans.domain import PositiveAlarm
from hub.sites.alarm_list import Told
from ingest.sql import load_queries

_QUERIES = load_queries("hub.cases")


async def sound_due(
    conn: AsyncConnection[Any],
    terms: PositiveAlarm,
    alarm_list: Callable[[str], Sequence[Told]],
    now: Micros,
) -> int:
    """In the caller's transaction, tell everybody of the cases whose time is over.

    `alarm_list` gives them by leaf grid.
    Returns how many cases that were. Asking again changes nothing.
    """
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["waiting_alarms"])
        waiting = [store.from_row(row) async for row in cursor]
    if not waiting:
        return 0
    await store.lock_log(conn)
    sounded = 0
    for one in waiting:
        case = await store.find(conn, one.id)  # as it is under the lock
        assert case is not None
        events = [sealed.event for sealed in await store.read_log(conn, case)]
        general = general_alarm(events, terms)
        if general is None or general.at > now:
            continue
        told = alarm(case.state, general.why, alarm_list(case.grid), now=now)
        await store.append(conn, case, told)
        sounded += len(told)
    return sounded
