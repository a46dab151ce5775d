"""The whole file of a case: its log, the breaches it took up, and the evidence to plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from edge.wire import Micros
from hub.cases.chain import Sealed
from hub.cases.deed import Doer
from hub.cases.lifecycle import CaseRules
from hub.cases.machine import possible
from hub.cases.progress_view import progress_view
from hub.cases.snapshots import snapshot_path, snapshot_times
from hub.cases.state import CaseState
from hub.cases.step_views import possible_view
from hub.cases.store import StoredCase, read_log
from hub.cases.views import (
    AttachedPicture,
    CaseAnomaly,
    CaseFile,
    Document,
    Evidence,
    RouteView,
    case_view,
    log_view,
)
from hub.directory import Directory
from hub.evacuation.views import on_case
from hub.photos.views import photo_path
from ingest import clock
from ingest.sql import load_queries

BEFORE = 600_000_000  # microseconds plotted before the first breach; ours: shows the normal state
AFTER = 300_000_000  # microseconds plotted after the last breach; ours: shows that it is over
LONGEST: Micros = 31 * 86_400_000_000  # ours: as much as a series may span

_QUERIES = load_queries("hub.cases")


async def case_file(
    conn: AsyncConnection[Any],
    case: StoredCase,
    directory: Directory,
    now: Micros,
    rules: CaseRules,
    by: Doer,
) -> CaseFile:
    """The file of a case as it is at `now`, true for exactly the events that `case` has.

    `by` is who looks: of each possible action it tells whether it is theirs.
    """
    choices = possible(case.state, rules)
    log = await read_log(conn, case)
    anomalies = await _anomalies(conn, case.id)
    route = log[0].event.data.get("route") if log else None
    return CaseFile(
        case=case_view(case, directory, now),
        actions=[one.action for one in choices],
        possible=[possible_view(one, by) for one in choices],
        progress=progress_view(case.state.progress),
        log=[log_view(sealed, directory) for sealed in log],
        anomalies=anomalies,
        evidence=await _evidence(conn, case, log, anomalies, now),
        pictures=attached(case.id, log),
        evacuation=await on_case(conn, case.state.kind, case.place),
        route=None if route is None else RouteView.model_validate(route),
    )


def attached(case: int, log: Sequence[Sealed]) -> list[AttachedPicture]:
    """The pictures that a case's log names."""
    events = (sealed.event for sealed in log if sealed.event.event == "pictured")
    return [
        AttachedPicture(
            path=f"/api/cases/{case}/pictures/{event.data['command']}.jpg",
            device=event.data["device"],
            taken=clock.moment(event.data["time"]),
            asked_by=event.actor,
            distance_m=event.data["distance_m"],
            sha256=event.data["sha256"],
        )
        for event in events
    ]


def brought(log: Sequence[Sealed]) -> list[Document]:
    """The documents that a case's log names."""
    return [
        Document(
            path=f"/api/attachments/{one['sha256']}",
            name=one["name"],
            type=one["type"],
            bytes=one["bytes"],
            sha256=one["sha256"],
            by=sealed.event.actor,
            at=clock.moment(sealed.event.at),
        )
        for sealed in log
        for one in sealed.event.data.get("documents", ())
    ]


async def _anomalies(conn: AsyncConnection[Any], case: int) -> list[CaseAnomaly]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["anomalies"], {"case": case})
        return [
            CaseAnomaly(
                id=str(row["anomaly"]),
                rule=row["rule"],
                started=row["started"],
                raised=row["raised"],
                quantity=row["quantity"],
                value=row["value"],
                limit=row["value_limit"],
                unit=row["unit"],
            )
            async for row in cursor
        ]


async def _evidence(
    conn: AsyncConnection[Any],
    case: StoredCase,
    log: Sequence[Sealed],
    anomalies: list[CaseAnomaly],
    now: Micros,
) -> Evidence:
    state = case.state
    starts = [clock.micros(anomaly.started) for anomaly in anomalies]
    first = min(starts, default=state.opened)
    until = last_interest(state, log, now)
    kinds = {anomaly.quantity for anomaly in anomalies}
    times = await snapshot_times(conn, state.device, kinds, first, until)
    return Evidence.model_validate(
        {
            "device": state.device,
            "quantity": state.quantity or None,
            "unit": state.unit,
            "limit": state.limit,
            "from": clock.moment(max(first - BEFORE, until - LONGEST)),
            "to": clock.moment(until),
            "snapshots": [snapshot_path(state.device, time) for time in times],
            "photos": [
                photo_path(photo) for sealed in log for photo in sealed.event.data.get("photos", ())
            ],
            "documents": brought(log),
        }
    )


def last_interest(state: CaseState, log: Sequence[Sealed], now: Micros) -> Micros:
    """Until when readings tell something: a while past the last breach, which may be to come.

    While the danger lasts that is `now`; of a case closed although it lasted, its close.
    """
    if not state.recovered:
        return now if state.open else min(now, state.updated + AFTER)
    ends = [
        sealed.event.data["recovered"] for sealed in log if sealed.event.event == "sensor_recovered"
    ]
    return max(ends, default=state.updated) + AFTER
