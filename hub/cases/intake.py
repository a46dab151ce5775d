"""Intake: what the detectors found becomes cases, inside the follower's transaction.

Both functions may be called again with the same news: it is written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.anomalies.domain import Anomaly, Recovery
from hub.cases import store
from hub.cases.domain import (
    Event,
    absorb,
    alarm,
    discover,
    fold,
    hand_over,
    join,
    merge,
    recover,
    recur,
    worsen,
)
from hub.roster.domain import Post, answerable
from hub.roster.store import chain, leaves_at
from hub.sites.alarm_list import Told
from hub.sites.domain import Spot


async def take_up(
    conn: AsyncConnection[Any],
    anomaly: Anomaly,
    spot: Spot,
    now: Micros,
    *,
    due_minutes: int | None = None,
    acknowledge_s: float | None = None,
    notify: Sequence[Told] = (),
) -> store.StoredCase | None:
    """Open a case for the anomaly, or refresh the open case of the same device and kind.

    The members of a group all come to one case: the oldest open one takes the group's kind, and
    the others are merged into it. An open case of a kind that the anomaly supersedes becomes a case
    of the anomaly's kind. A new case belongs to the warden of the spot's leaf grid, and is handed
    over at once to the stand-in of a warden on leave. It is due `due_minutes` after `now`, by the
    rule that was broken, and must be accepted within `acknowledge_s`; None sets no deadline.
    `notify` are those who are told at once of a new case, and of one that becomes an emergency.

    Returns the case if it is a new one.
    """
    await store.lock_log(conn)
    if await store.is_taken_up(conn, anomaly):
        return None
    if anomaly.part_of is not None:
        whole = await store.find_holding(conn, [anomaly.part_of])
        if whole:
            case = await store.append(conn, whole[0], join(whole[0].state, anomaly, now=now))
            await store.add_anomaly(conn, case.id, anomaly)
            return None
    same = await store.find_open(conn, anomaly.device, anomaly.kind)
    if same is None:
        same = await store.find_breaker(conn, anomaly.device, anomaly.rule)
    lesser = await _lesser(conn, anomaly) if same is None else []
    if same is not None:
        case = await store.append(conn, same, recur(same.state, anomaly, now=now))
    elif lesser:
        events = worsen(
            lesser[0].state,
            anomaly,
            due_minutes=due_minutes,
            acknowledge_s=acknowledge_s,
            now=now,
        )
        if anomaly.grade == "emergency" != lesser[0].state.grade:
            events += alarm(lesser[0].state, "worsened", notify, now=now)
        case = await store.append(conn, lesser[0], events)
    else:
        events = await _open(conn, anomaly, spot, now, due_minutes, acknowledge_s, notify)
        case = await store.create(conn, spot, events)
    await store.add_anomaly(conn, case.id, anomaly)
    for other in lesser[1:]:
        case = await store.append(conn, case, absorb(case.state, other.state, now=now))
        await store.append(conn, other, merge(other.state, case.number, now=now))
    return case if same is None and not lesser else None


async def _lesser(conn: AsyncConnection[Any], anomaly: Anomaly) -> list[store.StoredCase]:
    """The open cases that the anomaly makes worse: all become its case."""
    if anomaly.members:
        return await store.find_holding(conn, anomaly.members)
    for milder in anomaly.supersedes:
        case = await store.find_open(conn, anomaly.device, milder)
        if case is not None:
            return [case]
    return []


async def _open(
    conn: AsyncConnection[Any],
    anomaly: Anomaly,
    spot: Spot,
    now: Micros,
    due_minutes: int | None,
    acknowledge_s: float | None,
    notify: Sequence[Told],
) -> list[Event]:
    """The first events of a case: it opens, and goes to whoever answers for the spot now."""
    there = await chain(conn, spot.grid_path)
    own = Post(grid=spot.grid, warden=spot.warden, stand_in=spot.stand_in)
    answer = answerable(there.posts or (own,), now, await leaves_at(conn, now))
    events = discover(
        anomaly,
        warden=spot.warden or spot.stand_in,
        due_minutes=due_minutes,
        acknowledge_s=acknowledge_s,
        responsible=there.responsible,
        now=now,
        notify=notify,
    )
    opened = fold(events)
    if answer is None or answer.reason is None or answer.person == opened.owner:
        return events
    return [*events, *hand_over(opened, answer, reason=answer.reason, now=now)]


async def note_recovery(conn: AsyncConnection[Any], recovery: Recovery, now: Micros) -> None:
    """Tell the open case in which the device breaks the rule, if any, that it is good again."""
    await store.lock_log(conn)
    case = await store.find_broken(conn, recovery.device, recovery.rule)
    if case is not None:
        await store.append(conn, case, recover(case.state, recovery, now=now))
