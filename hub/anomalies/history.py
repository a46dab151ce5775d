"""History: what the store has of the past, as batches to be replayed, and what was raised then.

As long as the feed keeps its days, batches are as they were committed. Before that they are put
together from the raw tables (`hub.anomalies.rebatch`). Signs of life are kept by neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray

from edge.wire import Detection, DeviceState, Direction, Micros
from hub.anomalies.domain import Anomaly, Cause
from hub.anomalies.rebatch import ReadingRows, Stretch, rebatch
from ingest.clock import DAY, SECOND, micros, moment
from ingest.feed import CommittedBatch, CommittedSwipe, decode_committed
from ingest.sql import load_queries

Source = Literal["auto", "feed", "raw"]

STRETCH: Micros = 600 * SECOND  # of receipt, read from the raw tables at once
LATE: Micros = DAY  # ours: what comes later than this is older than its device's last word
AHEAD: Micros = 300 * SECOND  # as `ingest.future_tolerance_s` has it
_PAGE = 256
_PICTURE = b"\0"  # stands for a snapshot: detectors ask only whether there is one

_QUERIES = load_queries("hub.anomalies", "history.sql")


class Raised(NamedTuple):
    """An anomaly as the hub keeps it: without `members` and `part_of`, which its case has."""

    anomaly: Anomaly
    found: Micros
    recovered: Micros | None


def begins(conn: psycopg.Connection[Any], source: Source) -> Micros | None:
    """From when on there is something to replay; None if there is nothing."""
    found = [
        _one(conn, query)
        for query, needed in (("feed_begins", source != "raw"), ("raw_begins", source != "feed"))
        if needed
    ]
    return min((one for one in found if one is not None), default=None)


def history(
    conn: psycopg.Connection[Any],
    agents: Mapping[str, str],
    start: Micros,
    end: Micros,
    source: Source = "auto",
) -> Iterator[CommittedBatch]:
    """Batches received in [start, end); `agents` is each device's agent.

    `auto` takes the feed as far back as it reaches, and the raw tables before that.
    """
    feed_from = _one(conn, "feed_begins")
    turn = end if feed_from is None else min(max(feed_from, start), end)
    if source == "feed":
        turn = start
    elif source == "raw":
        turn = end
    yield from _raw(conn, agents, start, turn)
    yield from _feed(conn, turn, end)


def raised(conn: psycopg.Connection[Any], start: Micros, end: Micros) -> list[Raised]:
    """What the hub raised whose due time lies in [start, end)."""
    values = {"start": moment(start), "end": moment(end)}
    return [_raised(row) for row in conn.execute(_QUERIES["raised"], values)]


def _feed(conn: psycopg.Connection[Any], start: Micros, end: Micros) -> Iterator[CommittedBatch]:
    after = 0
    while start < end:
        values = {"after": after, "start": moment(start), "end": moment(end), "limit": _PAGE}
        page = conn.execute(_QUERIES["feed"], values, binary=True).fetchall()
        for position, payload in page:
            after = position
            yield decode_committed(payload)
        if len(page) < _PAGE:
            return


def _raw(
    conn: psycopg.Connection[Any], agents: Mapping[str, str], start: Micros, end: Micros
) -> Iterator[CommittedBatch]:
    devices = dict(conn.execute(_QUERIES["names"]).fetchall())
    quantities = dict(conn.execute(_QUERIES["quantities"]).fetchall())
    for first in range(start, end, STRETCH):
        last = min(first + STRETCH, end)
        yield from rebatch(_stretch(conn, devices, quantities, first, last), agents)


def _stretch(
    conn: psycopg.Connection[Any],
    devices: Mapping[int, str],
    quantities: Mapping[int, str],
    start: Micros,
    end: Micros,
) -> Stretch:
    values = {
        "start": moment(start),
        "end": moment(end),
        "oldest": moment(start - LATE),
        "newest": moment(end + AHEAD),
    }

    def rows(query: str) -> list[tuple[Any, ...]]:
        return conn.execute(_QUERIES[query], values, binary=True).fetchall()

    return Stretch(
        readings=_readings(rows("readings"), devices, quantities),
        swipes=[
            (
                micros(at),
                CommittedSwipe(devices[reader], micros(time), person, Direction(way), ok, reason),
            )
            for at, reader, time, person, way, ok, reason in rows("swipes")
        ],
        detections=[
            (
                micros(at),
                Detection(
                    devices[device],
                    micros(time),
                    kind,
                    zone,
                    score,
                    snapshot=_PICTURE if pictured else None,
                ),
            )
            for at, device, time, kind, zone, score, pictured in rows("detections")
        ],
        states=[
            (micros(at), DeviceState(devices[device], micros(time), state))
            for at, device, time, state in rows("states")
        ],
        origins={(agent, micros(at)): origin for agent, at, origin in rows("origins")},
    )


def _readings(
    rows: list[tuple[Any, ...]], devices: Mapping[int, str], quantities: Mapping[int, str]
) -> ReadingRows:
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [()] * 5
    received, device, quantity, time, value = columns
    device_names, device_at = _indexed(device, devices)
    quantity_names, quantity_at = _indexed(quantity, quantities)
    return ReadingRows(
        devices=device_names,
        quantities=quantity_names,
        received=_times(received),
        device=device_at,
        quantity=quantity_at,
        time=_times(time),
        value=np.array(value, dtype=np.float64),
    )


def _indexed(numbers: Any, names: Mapping[int, str]) -> tuple[list[str], NDArray[np.int64]]:
    """The names behind some numbers, and each one's place among them."""
    unique, at = np.unique(np.array(numbers, dtype=np.int64), return_inverse=True)
    return [names[int(one)] for one in unique], at.astype(np.int64)


def _times(moments: Any) -> NDArray[np.int64]:
    return np.fromiter((micros(one) for one in moments), dtype=np.int64)


def _raised(row: tuple[Any, ...]) -> Raised:
    _, rule, kind, device, started, due, value, limit, unit, quantity, grade, *rest = row
    milder, seen, veto, muted, cause, found, recovered = rest
    anomaly = Anomaly(
        rule=rule,
        kind=kind,
        device=device,
        started=micros(started),
        raised=micros(due),
        value=value,
        limit=limit,
        unit=unit,
        quantity=quantity,
        grade=grade,
        supersedes=tuple(milder),
        detection_time=_maybe(seen),
        veto=veto,
        muted=muted,
        cause=None if cause is None else msgspec.convert(cause, Cause),
    )
    return Raised(anomaly, micros(found), _maybe(recovered))


def _maybe(when: datetime | None) -> Micros | None:
    return None if when is None else micros(when)


def _one(conn: psycopg.Connection[Any], query: str) -> Micros | None:
    row = conn.execute(_QUERIES[query]).fetchone()
    return None if row is None else row[0]
