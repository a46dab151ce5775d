"""Roll-up: readings by minute and by hour, kept up behind the feed.

Where TimescaleDB keeps continuous aggregates, it does this by itself. Elsewhere each minute that a
committed batch touched is made anew out of the stored readings, and each hour out of its minutes:
order, repeats and late data make no difference, and a round may be done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from edge.wire import Micros
from ingest import arrays, copying, locks
from ingest.clock import SECOND
from ingest.feed import CommittedBatch, decode_committed
from ingest.names import Names
from ingest.series import Series
from ingest.sql import load_queries

MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
_PAGE = 64  # ours: batches per transaction, which a killed worker does again

_QUERIES = load_queries("ingest", "rollup.sql")


class RollUps:
    """Makes the roll-ups of what was committed since it last did; one worker at a time does."""

    def __init__(self) -> None:
        self._devices = Names("devices", room=0)
        self._quantities = Names("quantities", room=0)
        self._series = Series()

    def catch_up(
        self, conn: psycopg.Connection[Any], *, oldest: Micros, stop: Event | None = None
    ) -> int:
        """Roll up to the feed's end, or until `stop` is set; returns how many batches were taken.

        Minutes before `oldest` stay as they are: their readings may have been dropped already.
        `conn` is in autocommit mode.
        """
        if conn.execute(_QUERIES["made_by_us"]).fetchone() != (True,):
            return 0
        if conn.execute(_QUERIES["take_turn"], [locks.ROLLUP]).fetchone() != (True,):
            return 0  # another worker is at it
        taken = 0
        try:
            while not (stop is not None and stop.is_set()) and (page := self._page(conn)):
                self._take(conn, page, oldest)
                taken += len(page)
        finally:
            if not conn.broken:
                conn.execute(_QUERIES["end_turn"], [locks.ROLLUP])
        return taken

    def _page(self, conn: psycopg.Connection[Any]) -> list[tuple[int, CommittedBatch]]:
        cursor = conn.execute(_QUERIES["page"], [_PAGE], binary=True)
        return [(position, decode_committed(payload)) for position, payload in cursor]

    def _take(
        self, conn: psycopg.Connection[Any], page: list[tuple[int, CommittedBatch]], oldest: Micros
    ) -> None:
        batches = [batch for _, batch in page if len(batch.readings)]
        minutes = self._touched(conn, batches, oldest)
        hours = _by(HOUR, minutes)
        self._series.make_room(conn, "readings_1m", minutes[2])
        self._series.make_room(conn, "readings_1h", hours[2])
        with conn.transaction():
            if len(minutes[0]):
                conn.execute(_QUERIES["minutes"], _values(minutes))
                conn.execute(_QUERIES["hours"], _values(hours))
            conn.execute(_QUERIES["note"], [page[-1][0]])

    def _touched(
        self, conn: psycopg.Connection[Any], batches: Sequence[CommittedBatch], oldest: Micros
    ) -> NDArray[np.int64]:
        """Device, quantity and minute of every roll-up that the batches change, each once."""
        self._devices.admit(conn, {name for batch in batches for name in batch.devices})
        self._quantities.admit(conn, {name for batch in batches for name in batch.quantities})
        parts = [
            np.stack(
                (
                    self._devices.numbers(batch.devices)[batch.readings.devices()],
                    self._quantities.numbers(batch.quantities)[batch.readings.quantities()],
                    batch.readings.times(),
                )
            )
            for batch in batches
        ]
        every = np.concatenate([np.empty((3, 0), dtype=np.int64), *parts], axis=1)
        return _by(MINUTE, every[:, every[2] >= oldest])


def _by(width: Micros, columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Columns of device, quantity and time: each bucket of `width` once, by its beginning."""
    device, quantity, time = columns
    sensors, sensor = np.unique(device << 16 | quantity, return_inverse=True)
    begins = time // width
    first = int(begins.min(initial=0))
    span = int(begins.max(initial=0)) - first + 1
    keys = np.unique(sensor * span + (begins - first))
    sensor, begins = sensors[keys // span], keys % span + first
    return np.stack((sensor >> 16, sensor & 0xFFFF, begins * width))


def _values(columns: NDArray[np.int64]) -> dict[str, arrays.Packed]:
    return {
        "device": arrays.Integers(copying.integer(columns[0])),
        "quantity": arrays.SmallIntegers(copying.smallint(columns[1])),
        "time": arrays.Times(copying.timestamptz(columns[2])),
    }
