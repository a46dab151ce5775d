"""Columns: readings one by one, and packed as the wire carries them.

Part of the contract of `edge.wire`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from edge.wire import Micros, Readings


class Reading(NamedTuple):
    """One measured value of one quantity of one device at one event time."""

    device: str
    quantity: str
    time: Micros
    value: float


def pack_readings(readings: Sequence[Reading]) -> tuple[list[str], list[str], Readings]:
    """Device table, quantity table and packed columns of some readings."""
    devices: dict[str, int] = {}
    quantities: dict[str, int] = {}
    device = [devices.setdefault(r.device, len(devices)) for r in readings]
    quantity = [quantities.setdefault(r.quantity, len(quantities)) for r in readings]
    columns = Readings(
        device=np.array(device, dtype="<u2").tobytes(),
        quantity=np.array(quantity, dtype="<u2").tobytes(),
        time=np.array([r.time for r in readings], dtype="<i8").tobytes(),
        value=np.array([r.value for r in readings], dtype="<f8").tobytes(),
    )
    return list(devices), list(quantities), columns
