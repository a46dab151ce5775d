"""Store of the cases: append sealed events and keep the projection, in the caller's transaction.

Whoever writes calls `lock_log` first. That makes the log's positions visible in the order in which
they were drawn, and lets the second of two writers see what the first has done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from edge.wire import Micros
from hub.anomalies.domain import Anomaly
from hub.cases.chain import Sealed, seal, verify
from hub.cases.folding import evolve, fold
from hub.cases.state import CaseState, Event, Progress
from hub.sealing import GENESIS
from hub.sites.domain import Point, Spot
from ingest import clock, locks
from ingest.sql import load_queries

CASES_CHANNEL = "gridwarden_cases"  # PostgreSQL NOTIFY channel; the payload is empty

_QUERIES = load_queries("hub.cases")


class StoredCase(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the projection: `events` counts its events, `head` is the hash of the last.

    Not `folded`: of an earlier version; what its events amount to beyond the stage is not kept yet.
    """

    id: int
    number: str
    position: int
    events: int
    head: bytes
    place: str
    place_name: dict[str, str]
    grid: str
    grid_path: tuple[str, ...]
    at: tuple[float, float]
    state: CaseState
    folded: bool = True


async def lock_log(conn: AsyncConnection[Any]) -> None:
    """Be the only writer of the log until the transaction ends."""
    await conn.execute(_QUERIES["lock_log"], {"key": locks.CASE_LOG})


async def find(conn: AsyncConnection[Any], case: int) -> StoredCase | None:
    """The case with that id."""
    return await _one(conn, "case", {"id": case})


async def find_all(conn: AsyncConnection[Any], ids: Sequence[int]) -> list[StoredCase]:
    """The cases with these ids, in their order."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["cases"], {"ids": list(ids)})
        return [from_row(row) async for row in cursor]


async def find_open(conn: AsyncConnection[Any], device: str, kind: str) -> StoredCase | None:
    """The open case of a device and kind; there is one at most."""
    return await _one(conn, "open_case", {"device": device, "kind": kind})


async def find_broken(conn: AsyncConnection[Any], device: str, rule: str) -> StoredCase | None:
    """The open case in which the device breaks the rule still."""
    return await _one(conn, "open_case_breaking", {"device": device, "rule": rule})


async def find_ended(conn: AsyncConnection[Any], device: str, kind: str) -> StoredCase | None:
    """The case of a device and kind that ended last."""
    return await _one(conn, "ended_case", {"device": device, "kind": kind})


async def find_owned(conn: AsyncConnection[Any], people: Sequence[str]) -> list[StoredCase]:
    """Open cases that one of these people must act on."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["owned"], {"people": list(people)})
        return [from_row(row) async for row in cursor]


async def find_breaker(conn: AsyncConnection[Any], device: str, rule: str) -> StoredCase | None:
    """The open case of several devices in which this one has broken the rule."""
    return await _one(conn, "open_case_of_breaker", {"device": device, "rule": rule})


async def find_holding(conn: AsyncConnection[Any], anomalies: Sequence[int]) -> list[StoredCase]:
    """The open cases that hold any of these anomalies, oldest first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["open_cases_holding"], {"anomalies": list(anomalies)})
        return [from_row(row) async for row in cursor]


async def find_reported(
    conn: AsyncConnection[Any], subjects: Sequence[str], kinds: Sequence[str], place: str = ""
) -> StoredCase | None:
    """The open case of one of some subjects, or at a place, and of one of some kinds.

    The earlier a subject and a kind stand, the more it is preferred.
    """
    values = {"subjects": list(subjects), "kinds": list(kinds), "place": place}
    return await _one(conn, "open_case_akin", values)


async def find_beside(
    conn: AsyncConnection[Any], kind: str, at: Point, within_m: float
) -> StoredCase | None:
    """The nearest open case of a kind that somebody reported at a mere point this near."""
    values = {"kind": kind, "x": at[0], "y": at[1], "within": within_m}
    return await _one(conn, "open_case_beside", values)


async def is_taken_up(conn: AsyncConnection[Any], anomaly: Anomaly) -> bool:
    """Whether some case holds the anomaly already."""
    cursor = await conn.execute(_QUERIES["taken_up"], {"anomaly": anomaly.key})
    return await cursor.fetchone() is not None


async def add_anomaly(conn: AsyncConnection[Any], case: int, anomaly: Anomaly) -> None:
    """Note that the case has taken the anomaly up."""
    seen = anomaly.detection_time
    values = {
        "anomaly": anomaly.key,
        "case": case,
        "rule": anomaly.rule,
        "device": anomaly.device,
        "started": clock.moment(anomaly.started),
        "raised": clock.moment(anomaly.raised),
        "detection_time": None if seen is None else clock.moment(seen),
        "quantity": anomaly.quantity,
        "unit": anomaly.unit,
        "value": anomaly.value,
        "value_limit": anomaly.limit,
    }
    await conn.execute(_QUERIES["add_anomaly"], values)


async def create(conn: AsyncConnection[Any], spot: Spot, events: Sequence[Event]) -> StoredCase:
    """Open a case with its first events, under the next number of the year of its opening.

    The year is that of the hub's own time zone (TZ): on the night of New Year the number must
    not contradict the clock on the wall.
    """
    state = fold(events)
    opened = clock.moment(state.opened)
    year = opened.astimezone().year
    cursor = await conn.execute(_QUERIES["next_number"], {"year": year})
    row = await cursor.fetchone()
    assert row is not None
    values = _projected(state) | {
        "number": f"{year}-{row[0]:06d}",
        "device": state.device,
        "place": spot.place,
        "place_name": Jsonb(msgspec.to_builtins(spot.place_name)),
        "grid": spot.grid,
        "grid_path": list(spot.grid_path),
        "at": Jsonb(list(spot.at)),
        "warden": state.warden,
        "opened": opened,
        "head": GENESIS,
    }
    cursor = await conn.execute(_QUERIES["insert_case"], values)
    row = await cursor.fetchone()
    assert row is not None
    return await _write(conn, state, seal(row[0], events))


async def append(
    conn: AsyncConnection[Any], case: StoredCase, events: Sequence[Event]
) -> StoredCase:
    """Add events to a case; returns it as it then is. No events, no change."""
    if not events:
        return case
    state = case.state
    if not case.folded:
        state = fold([sealed.event for sealed in await read_log(conn, case)])
    for event in events:
        state = evolve(state, event)
    sealed = seal(case.id, events, after=case.events, prev_hash=case.head)
    return await _write(conn, state, sealed)


async def read_log(conn: AsyncConnection[Any], case: StoredCase) -> list[Sealed]:
    """The events that a case has, in order, with their hashes; later ones are not told."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES["log"], {"case": case.id, "events": case.events})
        return [
            Sealed(
                case=case.id,
                seq=row["seq"],
                event=Event(
                    event=row["event"],
                    at=clock.micros(row["at"]),
                    actor=row["actor"],
                    note=row["note"],
                    data=row["data"],
                ),
                prev_hash=row["prev_hash"],
                hash=row["hash"],
            )
            async for row in cursor
        ]


async def find_break(conn: AsyncConnection[Any], case: StoredCase) -> int | None:
    """The number of the first event of a case that was altered or is missing, or None.

    Events cut off at the end are found by what the projection knows of the last.
    """
    log = await read_log(conn, case)
    broken = verify(log)
    if broken is not None:
        return broken
    if len(log) < case.events:
        return len(log) + 1
    return None if log[-1].hash == case.head else case.events


async def _write(
    conn: AsyncConnection[Any], state: CaseState, sealed: Sequence[Sealed]
) -> StoredCase:
    position = 0
    for entry in sealed:
        cursor = await conn.execute(_QUERIES["append"], _entry(entry))
        row = await cursor.fetchone()
        assert row is not None
        position = row[0]
    last = sealed[-1]
    values = _projected(state) | {
        "id": last.case,
        "events": last.seq,
        "head": last.hash,
        "position": position,
    }
    stored = await _one(conn, "project", values)
    assert stored is not None
    await conn.execute(_QUERIES["notify"], {"channel": CASES_CHANNEL})
    return stored


async def _one(conn: AsyncConnection[Any], query: str, values: dict[str, Any]) -> StoredCase | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_QUERIES[query], values)
        row = await cursor.fetchone()
    return None if row is None else from_row(row)


def _entry(entry: Sealed) -> dict[str, Any]:
    return {
        "case": entry.case,
        "seq": entry.seq,
        "at": clock.moment(entry.event.at),
        "actor": entry.event.actor,
        "event": entry.event.event,
        "note": entry.event.note,
        "data": Jsonb(entry.event.data),
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def _projected(state: CaseState) -> dict[str, Any]:
    return {
        "kind": state.kind,
        "grade": state.grade,
        "stage": state.stage,
        "owner": state.owner,
        "updated": clock.moment(state.updated),
        "due": _moment(state.due),
        "acknowledge_by": _moment(state.acknowledge_by),
        "look": state.look,
        "look_by": _moment(state.look_by),
        "breaches": sorted(state.breaches),
        "recurrences": state.recurrences,
        "quantity": state.quantity,
        "unit": state.unit,
        "value": state.value,
        "value_limit": state.limit,
        "assist": sorted(state.assist),
        "coming": sorted(state.coming),
        "progress": Jsonb(msgspec.to_builtins(state.progress)),
    }


def from_row(row: DictRow) -> StoredCase:
    """The case in a row of `hub.cases`."""
    return StoredCase(
        id=row["id"],
        number=row["number"],
        position=row["position"],
        events=row["events"],
        head=row["head"],
        place=row["place"],
        place_name=row["place_name"],
        grid=row["grid"],
        grid_path=tuple(row["grid_path"]),
        at=(row["at"][0], row["at"][1]),
        folded=row["progress"] is not None,
        state=CaseState(
            kind=row["kind"],
            device=row["device"],
            grade=row["grade"],
            stage=row["stage"],
            opened=clock.micros(row["opened"]),
            updated=clock.micros(row["updated"]),
            due=_micros(row["due"]),
            acknowledge_by=_micros(row["acknowledge_by"]),
            look=row["look"],
            look_by=_micros(row["look_by"]),
            warden=row["warden"],
            owner=row["owner"],
            breaches=frozenset(row["breaches"]),
            recurrences=row["recurrences"],
            value=row["value"],
            limit=row["value_limit"],
            unit=row["unit"],
            quantity=row["quantity"],
            assist=frozenset(row["assist"]),
            coming=frozenset(row["coming"]),
            progress=msgspec.convert(row["progress"] or {}, Progress),
        ),
    )


def _moment(micros: Micros | None) -> datetime | None:
    return None if micros is None else clock.moment(micros)


def _micros(moment: datetime | None) -> Micros | None:
    return None if moment is None else clock.micros(moment)
