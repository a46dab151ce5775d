"""Intake: what detectors and people found becomes cases, in the caller's transaction.

What sensors say may come again: it is written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from edge.wire import Micros
from hub.anomalies.domain import Anomaly, AnomalyKind, Recovery
from hub.cases import store
from hub.cases.domain import SENSOR, Event, fold
from hub.cases.news import (
    absorb,
    alarm,
    discover,
    hand_over,
    join,
    merge,
    recover,
    recur,
    relapse,
    relapses,
    worsen,
)
from hub.cases.reported import Report, also_reported, is_graver, open_reported
from hub.plans.categories import Route
from hub.roster.domain import Post, answerable
from hub.roster.store import chain, leaves_at
from hub.sites.alarm_list import Told
from hub.sites.domain import Spot

SAME_POINT_M = 20.0  # ours: two people who point at one thing on a map


async def take_up(
    conn: AsyncConnection[Any],
    anomaly: Anomaly,
    spot: Spot,
    now: Micros,
    *,
    due_minutes: int | None = None,
    acknowledge_s: float | None = None,
    notify: Sequence[Told] = (),
    category: AnomalyKind | None = None,
    route: Route | None = None,
    actor: str = SENSOR,
    look_minutes: int | None = None,
    relapse_minutes: int = 0,
    measure_by: Micros | None = None,
) -> store.StoredCase | None:
    """Open a case for the anomaly, or refresh the open case of the same device and kind.

    The members of a group all come to one case: the oldest open one takes the group's kind, and
    the others are merged into it. An open case of a kind that the anomaly supersedes becomes a case
    of the anomaly's kind. A new case belongs to the warden of the spot's leaf grid, and is handed
    over at once to the stand-in of a warden on leave. It is due `due_minutes` after `now`, by the
    rule that was broken, and must be accepted within `acknowledge_s`; None sets no deadline.
    `notify` are those who are told at once of a new case, and of one that becomes an emergency;
    `route` the departments that act on it. What a person has reported there of the anomaly's
    `category` before is the same case. With `look_minutes` a new case asks for a look on
    site within so long (SE-23). What shows again within `relapse_minutes` of the end of its case
    opens that case again. Until `measure_by` an emergency needs its first measure (CA-10).

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
    if same is None and not lesser and category is not None:
        there = [anomaly.device, f"place:{spot.place}"]
        reported = await store.find_reported(conn, there, [category])
        if reported is not None and is_graver(anomaly.grade, reported.state.grade):
            lesser = [reported]
        else:
            same = reported
    if same is not None:
        case = await store.append(conn, same, recur(same.state, anomaly, now=now))
    elif lesser:
        events = worsen(
            lesser[0].state,
            anomaly,
            due_minutes=due_minutes,
            acknowledge_s=acknowledge_s,
            measure_by=measure_by,
            now=now,
        )
        if anomaly.grade == "emergency" != lesser[0].state.grade:
            events += alarm(lesser[0].state, "worsened", notify, now=now)
        case = await store.append(conn, lesser[0], events)
    elif (ended := await _relapsed(conn, anomaly, relapse_minutes)) is not None:
        events = relapse(ended.state, anomaly, due_minutes=due_minutes, now=now)
        case = await store.append(conn, ended, events)
        if anomaly.grade == "emergency":
            case = await store.append(conn, case, alarm(case.state, "relapsed", notify, now=now))
        same = ended
    else:
        there = await chain(conn, spot.grid_path)
        events = discover(
            anomaly,
            warden=spot.warden or spot.stand_in,
            due_minutes=due_minutes,
            acknowledge_s=acknowledge_s,
            responsible=there.responsible,
            now=now,
            notify=notify,
            route=route,
            actor=actor,
            look_minutes=look_minutes,
            measure_by=measure_by,
        )
        events += await handed_over(conn, events, spot, there.posts, now)
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


async def _relapsed(
    conn: AsyncConnection[Any], anomaly: Anomaly, within_minutes: int
) -> store.StoredCase | None:
    """The ended case whose danger the anomaly is, if it was mended badly."""
    if within_minutes == 0:
        return None
    ended = await store.find_ended(conn, anomaly.device, anomaly.kind)
    if ended is None or not relapses(ended.state, anomaly.started, within_minutes):
        return None
    return ended


async def handed_over(
    conn: AsyncConnection[Any],
    opened: Sequence[Event],
    spot: Spot,
    posts: Sequence[Post],
    now: Micros,
) -> list[Event]:
    """Where somebody else than the warden answers for the spot now, the case goes there at once."""
    own = Post(grid=spot.grid, warden=spot.warden, stand_in=spot.stand_in)
    answer = answerable(posts or (own,), now, await leaves_at(conn, now))
    state = fold(opened)
    if answer is None or answer.reason is None or answer.person == state.owner:
        return []
    return hand_over(state, answer, reason=answer.reason, now=now)


async def take_report(
    conn: AsyncConnection[Any],
    report: Report,
    spot: Spot,
    now: Micros,
    *,
    akin: Sequence[AnomalyKind] = (),
    acknowledge_s: float | None = None,
    notify: Sequence[Told] = (),
    route: Route | None = None,
    screening: bool = False,
    measure_by: Micros | None = None,
) -> tuple[store.StoredCase, bool]:
    """Open a case for a person's report, or add it to the open case of that hazard.

    The same hazard is an open case of the report's kind or one of `akin`, of the same subject or at
    the same place; where the subject is a mere point, of the same kind within `SAME_POINT_M`.
    `notify` are those who are told at once of a new case, and of one that becomes an emergency.
    With `screening` a second role must confirm it (HZ-09).
    Returns the case, and whether it was opened now.
    """
    await store.lock_log(conn)
    there = [report.subject, *([f"place:{spot.place}"] if spot.place else [])]
    place = spot.place if report.subject.startswith("place:") else ""
    same = await store.find_reported(conn, there, [report.kind, *akin], place)
    if same is None and report.subject.startswith("point:"):
        same = await store.find_beside(conn, report.kind, spot.at, SAME_POINT_M)
    if same is not None:
        events = also_reported(same.state, report, now=now, acknowledge_s=acknowledge_s)
        if report.grade == "emergency" != same.state.grade:
            events += alarm(same.state, "worsened", notify, now=now)
        return await store.append(conn, same, events), False
    upwards = await chain(conn, spot.grid_path)
    events = open_reported(
        report,
        warden=spot.warden or spot.stand_in,
        acknowledge_s=acknowledge_s,
        responsible=upwards.responsible,
        now=now,
        notify=notify,
        route=route,
        screening=screening,
        measure_by=measure_by,
    )
    events += await handed_over(conn, events, spot, upwards.posts, now)
    return await store.create(conn, spot, events), True


async def note_recovery(
    conn: AsyncConnection[Any], recovery: Recovery, now: Micros, *, actor: str = SENSOR
) -> None:
    """Tell the open case in which the device breaks the rule, if any, that it is good again."""
    await store.lock_log(conn)
    case = await store.find_broken(conn, recovery.device, recovery.rule)
    if case is not None:
        await store.append(conn, case, recover(case.state, recovery, now=now, actor=actor))
