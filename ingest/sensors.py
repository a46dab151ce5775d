"""Sensors: which quantities each device has measured, noted before the first reading.

A pair is noted in a transaction of its own, as names are: one without readings does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from ingest import arrays, copying
from ingest.feed import CommittedBatch
from ingest.names import Names
from ingest.sql import load_queries

_QUERIES = load_queries("ingest", "sensors.sql")


class Sensors:
    """Knows the pairs of device and quantity that are noted, and notes the missing ones."""

    def __init__(self, devices: Names, quantities: Names) -> None:
        self._devices = devices
        self._quantities = quantities
        self._noted: NDArray[np.bool_] = np.zeros((0, 0), dtype=np.bool_)

    def admit(self, conn: psycopg.Connection[Any], batches: Sequence[CommittedBatch]) -> None:
        """Note the sensors of batches whose devices and quantities are admitted."""
        measured = [batch for batch in batches if len(batch.readings)]
        if not measured:
            return
        device = np.concatenate(
            [self._devices.numbers(batch.devices)[batch.readings.devices()] for batch in measured]
        )
        quantity = np.concatenate(
            [
                self._quantities.numbers(batch.quantities)[batch.readings.quantities()]
                for batch in measured
            ]
        )
        self._grow(int(device.max()) + 1, int(quantity.max()) + 1)
        if self._noted[device, quantity].all():
            return
        fresh = ~self._noted[device, quantity]
        pairs = np.unique(np.stack((device[fresh], quantity[fresh])), axis=1)
        conn.execute(
            _QUERIES["note"],
            {
                "device": arrays.Integers(copying.integer(pairs[0])),
                "quantity": arrays.SmallIntegers(copying.smallint(pairs[1])),
            },
        )
        self._noted[pairs[0], pairs[1]] = True

    def forget(self) -> None:
        """Note every pair again."""
        self._noted[:] = False

    def _grow(self, devices: int, quantities: int) -> None:
        known = self._noted.shape
        if devices > known[0] or quantities > known[1]:
            # By half as much again: devices come one by one.
            room = np.zeros(
                (max(devices * 3 // 2, known[0]), max(quantities * 3 // 2, known[1])), np.bool_
            )
            room[: known[0], : known[1]] = self._noted
            self._noted = room
