"""Row: one committed batch as detectors read it, and signs of life beside the batches.

Shapes: in a `Series` of n readings of g devices, `time` and `value` have length n, `start` has
length g; the readings of device i stand at `start[i]` up to `start[i + 1]`, in arrival order.

Event times are taken as they are told, but nothing happens after it was received: a device whose
clock runs ahead would otherwise make history of all that comes until its clock is set right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from edge.wire import Micros
from hub.anomalies.roster import Roster, Slots
from ingest.feed import CommittedBatch

_UNREACHABLE = ("offline", "removed")


@dataclass(frozen=True, slots=True)
class Series:
    """The finite readings of one quantity, grouped by device."""

    devices: list[str]
    start: NDArray[np.int64]
    time: NDArray[np.int64]
    value: NDArray[np.float64]
    _slots: dict[int, Slots] = field(default_factory=dict[int, Slots], compare=False, repr=False)

    def slots(self, roster: Roster) -> Slots:
        """The devices' slots; worked out once for all detectors of one roster."""
        if id(roster) not in self._slots:
            self._slots[id(roster)] = roster.slots(self.devices)
        return self._slots[id(roster)]

    @property
    def single(self) -> bool:
        """Whether each device has one reading, as in most batches."""
        return len(self.time) == len(self.start)

    def counts(self) -> NDArray[np.int64]:
        """How many readings each device has."""
        return np.diff(self.start, append=len(self.time))

    def rounds(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """First the first reading of every device, then the second of those that have two, …

        Gives the devices' indexes and where their readings stand; no device comes twice in one.
        """
        if self.single:
            yield self.start, self.start
            return
        counts = self.counts()
        for number in range(int(counts.max())):
            devices = np.flatnonzero(counts > number)
            yield devices, self.start[devices] + number

    def of(self, index: int) -> slice:
        """Where the readings of device `index` stand."""
        last = index + 1 == len(self.devices)
        return slice(int(self.start[index]), None if last else int(self.start[index + 1]))


@dataclass(frozen=True)
class Row:
    """One committed batch; what several detectors need of it is worked out once."""

    batch: CommittedBatch
    _series: dict[str, Series | None] = field(default_factory=dict[str, "Series | None"])

    def series(self, quantity: str) -> Series | None:
        """The readings of one quantity; None if there are none."""
        if quantity not in self.batch.quantities:
            return None
        if quantity not in self._series:
            self._series[quantity] = self._group(self.batch.quantities.index(quantity))
        return self._series[quantity]

    def times_of(self, device: str) -> list[Micros]:
        """Event times of all readings of one device."""
        if device not in self.batch.devices:
            return []
        readings = self.batch.readings
        mine = readings.devices() == self.batch.devices.index(device)
        return np.minimum(readings.times()[mine], self.batch.received).tolist()

    def happened(self, time: Micros) -> Micros:
        """When something told for `time` happened: then, but not after it was received."""
        return min(time, self.batch.received)

    @property
    def speaker(self) -> str | None:
        """The agent, unless the batch is ingest's note that the agent is gone."""
        agent = self.batch.agent
        gone = any(s.device == agent and s.state == "offline" for s in self.batch.states)
        return None if gone else agent

    @cached_property
    def heard(self) -> dict[str, Micros]:
        """When each device spoke last; not those that the agent itself calls unreachable."""
        batch = self.batch
        heard = self._newest_readings()
        for device, time in chain(
            ((swipe.reader, swipe.time) for swipe in batch.swipes),
            ((seen.device, seen.time) for seen in batch.detections),
            ((s.device, s.time) for s in batch.states if s.state not in _UNREACHABLE),
        ):
            heard[device] = max(heard.get(device, 0), self.happened(time))
        return heard

    @cached_property
    def complete_to(self) -> Micros | None:
        """Up to when the agent's data are complete, by event time; None if that cannot be told.

        Batches that are not urgent come in the order in which they were cut, so that the newest
        event of one is behind all that was before it. A device whose clock runs ahead of its
        agent's is no measure. Ingest's notes of an agent's coming and going tell nothing.
        """
        batch = self.batch
        if batch.urgent or any(s.device == batch.agent for s in batch.states):
            return None
        newest = max(
            chain(self.heard.values(), (self.happened(s.time) for s in batch.states)), default=0
        )
        return min(newest, batch.made) if batch.made else newest

    def _newest_readings(self) -> dict[str, Micros]:
        batch = self.batch
        if not batch.devices:
            return {}
        newest = np.zeros(len(batch.devices), dtype=np.int64)
        np.maximum.at(newest, batch.readings.devices(), batch.readings.times())
        times: list[int] = np.minimum(newest, batch.received).tolist()
        return dict(zip(batch.devices, times, strict=True))

    def _group(self, quantity: int) -> Series | None:
        readings = self.batch.readings
        values = readings.values()
        wanted = np.isfinite(values)
        if len(self.batch.quantities) > 1:
            wanted &= readings.quantities() == quantity
        at = np.flatnonzero(wanted)
        if not at.size:
            return None
        device = readings.devices()[at]
        if not (device[1:] > device[:-1]).all():
            order = np.argsort(device, kind="stable")
            at, device = at[order], device[order]
            begins = np.empty(len(at), dtype=bool)
            begins[0], begins[1:] = True, device[1:] != device[:-1]
            start = np.flatnonzero(begins)
        else:
            start = np.arange(len(at))
        table = device[start]
        names = self.batch.devices
        if len(table) != len(names):  # they are in the order of the batch's own table
            names = [names[index] for index in table.tolist()]
        times = np.minimum(readings.times()[at], self.batch.received)
        return Series(names, start, times, values[at])


@dataclass(frozen=True, slots=True)
class Pulse:
    """Receipt times of the last sign of life of each agent that is online, and of ingest.

    `settled` is, for agents that had nothing left to send by then, the time of that report by the
    agent's own clock: up to then its data are complete.
    """

    agents: dict[str, Micros]
    ingest: Micros | None
    settled: dict[str, Micros] = field(default_factory=dict[str, Micros])
