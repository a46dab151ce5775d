"""Rows: the items of batches as rows of the raw tables, by binary COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from edge.wire import Micros
from ingest import copying
from ingest.clock import moment
from ingest.feed import CommittedBatch
from ingest.names import Names
from ingest.rules import device_of
from ingest.sql import load_queries

_QUERIES = load_queries("ingest", "rows.sql")
_SWIPE = ["timestamptz", "int4", "int8", "int2", "bool", "timestamptz", "text"]
_DETECTION = ["timestamptz", "int4", "text", "text", "float4", "float4[]", "bytea", "timestamptz"]
_DEVICE_STATE = ["timestamptz", "int4", "text", "jsonb", "timestamptz"]


def device_names(batch: CommittedBatch) -> set[str]:
    """Every device that a batch speaks of."""
    items = (*batch.swipes, *batch.detections, *batch.states)
    return {*batch.devices, *(device_of(item) for item in items)}


def event_times(batches: Sequence[CommittedBatch]) -> dict[str, NDArray[np.int64]]:
    """Event times by raw table, for making room."""
    return {
        "readings": _joined(batch.readings.times() for batch in batches),
        "swipes": _times(swipe.time for batch in batches for swipe in batch.swipes),
        "detections": _times(found.time for batch in batches for found in batch.detections),
        "device_states": _times(state.time for batch in batches for state in batch.states),
    }


class Rows:
    """Copies batches whose devices and quantities are admitted and whose partitions are there."""

    def __init__(self, devices: Names, quantities: Names) -> None:
        self._devices = devices
        self._quantities = quantities

    def copy(self, conn: psycopg.Connection[Any], batches: Sequence[CommittedBatch]) -> None:
        """Write every item of the batches, inside the caller's transaction."""
        self._copy_readings(conn, [batch for batch in batches if len(batch.readings)])
        self._copy_swipes(conn, [batch for batch in batches if batch.swipes])
        self._copy_reasons(conn, [batch for batch in batches if batch.swipes])
        self._copy_detections(conn, [batch for batch in batches if batch.detections])
        self._copy_states(conn, [batch for batch in batches if batch.states])

    def _copy_readings(
        self, conn: psycopg.Connection[Any], batches: Sequence[CommittedBatch]
    ) -> None:
        if not batches:
            return
        device = _joined(
            self._devices.numbers(batch.devices)[batch.readings.devices()] for batch in batches
        )
        quantity = _joined(
            self._quantities.numbers(batch.quantities)[batch.readings.quantities()]
            for batch in batches
        )
        columns = [
            copying.timestamptz(_joined(batch.readings.times() for batch in batches)),
            copying.integer(device),
            copying.smallint(quantity),
            copying.float8(np.concatenate([batch.readings.values() for batch in batches])),
            copying.timestamptz(_received(batches)),
        ]
        with conn.cursor() as cursor, cursor.copy(_QUERIES["copy_readings"]) as copy:
            copy.write(copying.copy_data(columns))

    def _copy_swipes(
        self, conn: psycopg.Connection[Any], batches: Sequence[CommittedBatch]
    ) -> None:
        """Those without a reason, nearly all, as columns."""
        told = [(s, batch.received) for batch in batches for s in batch.swipes if not s.reason]
        if not told:
            return
        swipes = [swipe for swipe, _ in told]
        columns = [
            copying.timestamptz(_times(swipe.time for swipe in swipes)),
            copying.integer(self._devices.numbers([swipe.reader for swipe in swipes])),
            copying.bigint([swipe.person for swipe in swipes]),
            copying.smallint([swipe.direction for swipe in swipes]),
            copying.boolean([swipe.granted for swipe in swipes]),
            copying.timestamptz(_times(received for _, received in told)),
        ]
        with conn.cursor() as cursor, cursor.copy(_QUERIES["copy_swipes"]) as copy:
            copy.write(copying.copy_data(columns))

    def _copy_reasons(
        self, conn: psycopg.Connection[Any], batches: Sequence[CommittedBatch]
    ) -> None:
        """Swipes with a reason, the few of which something is to be said."""
        told = [(s, batch.received) for batch in batches for s in batch.swipes if s.reason]
        if not told:
            return
        with conn.cursor() as cursor, cursor.copy(_QUERIES["copy_swipes_with_reason"]) as copy:
            copy.set_types(_SWIPE)
            for swipe, received in told:
                reader, granted = self._devices.number(swipe.reader), swipe.granted
                row = (swipe.person, int(swipe.direction), granted, moment(received), swipe.reason)
                copy.write_row((moment(swipe.time), reader, *row))

    def _copy_detections(
        self, conn: psycopg.Connection[Any], batches: Sequence[CommittedBatch]
    ) -> None:
        if not batches:
            return
        with conn.cursor() as cursor, cursor.copy(_QUERIES["copy_detections"]) as copy:
            copy.set_types(_DETECTION)
            for batch in batches:
                received = moment(batch.received)
                for found in batch.detections:
                    device = self._devices.number(found.device)
                    box = None if found.box is None else list(found.box)
                    row = (found.kind, found.zone, found.score, box, found.snapshot, received)
                    copy.write_row((moment(found.time), device, *row))

    def _copy_states(
        self, conn: psycopg.Connection[Any], batches: Sequence[CommittedBatch]
    ) -> None:
        if not batches:
            return
        with conn.cursor() as cursor, cursor.copy(_QUERIES["copy_device_states"]) as copy:
            copy.set_types(_DEVICE_STATE)
            for batch in batches:
                received = moment(batch.received)
                for state in batch.states:
                    device = self._devices.number(state.device)
                    detail = Jsonb(state.detail, dumps=msgspec.json.encode)
                    copy.write_row((moment(state.time), device, state.state, detail, received))


def _times(times: Iterable[Micros]) -> NDArray[np.int64]:
    return np.fromiter(times, dtype=np.int64)


def _joined(parts: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def _received(batches: Sequence[CommittedBatch]) -> NDArray[np.int64]:
    """Each batch's receipt time, as often as it has readings."""
    received = np.array([batch.received for batch in batches], dtype=np.int64)
    return np.repeat(received, [len(batch.readings) for batch in batches])
