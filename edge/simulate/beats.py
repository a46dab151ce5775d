"""Beats: when devices report, each at its own phase so that they never all speak at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.simulate.clock import SECOND, MicrosArray
from edge.wire import Micros

_GOLDEN = (5**0.5 - 1) / 2  # multiples of the golden section spread evenly for any count


@dataclass(frozen=True, slots=True)
class Due:
    """Columns of one length, ordered by time: which device's which beat falls when (world time)."""

    device: NDArray[np.int64]
    number: NDArray[np.int64]
    time: MicrosArray

    def where(self, keep: NDArray[np.bool_]) -> Due:
        """The beats that `keep` marks."""
        return Due(self.device[keep], self.number[keep], self.time[keep])


class Beats:
    """The beats of devices 0 … count - 1, one per `report_s` seconds of world time each."""

    def __init__(self, count: int, report_s: float) -> None:
        self.period = int(report_s * SECOND)
        self.phase = (np.arange(count) * _GOLDEN % 1.0 * self.period).astype(np.int64)

    def due(self, after: Micros, until: Micros, devices: NDArray[np.int64] | None = None) -> Due:
        """All beats in (after, until] of all or some devices; none lies before world time 0."""
        which = np.arange(len(self.phase)) if devices is None else devices
        phase = self.phase[which]
        first = np.maximum((after - phase) // self.period + 1, 0)
        counts = np.maximum((until - phase) // self.period - first + 1, 0)
        device = np.repeat(which, counts)
        within = np.arange(len(device)) - np.repeat(np.cumsum(counts) - counts, counts)
        number = np.repeat(first, counts) + within
        time = self.phase[device] + number * self.period
        order = np.argsort(time, kind="stable")
        return Due(device[order], number[order], time[order])

    def at(self, device: int, number: int) -> Micros:
        """World time of one beat."""
        return int(self.phase[device]) + number * self.period

    def last_before(self, device: int, time: Micros) -> Micros | None:
        """The device's last beat before a time, if it has had one."""
        number = (time - int(self.phase[device]) - 1) // self.period
        return self.at(device, number) if number >= 0 else None

    def first_from(self, device: int, time: Micros) -> Micros:
        """The device's first beat at or after a time."""
        return self.at(device, max(0, -(-(time - int(self.phase[device])) // self.period)))
