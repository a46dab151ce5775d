"""Board: the newest line of every device, and which lines have changed since somebody asked.

Late data (an agent that was cut off, a carried file) never replaces what is newer.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import numpy as np

from edge.wire import Micros
from hub.live.domain import Condition, Line, Sign, condition, last_seen
from hub.sites.domain import Spot
from ingest.feed import CommittedBatch


class Board:
    """Lines by device id."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self._changed: set[str] = set()
        self._shown: dict[str, tuple[Condition, Micros | None]] = {}

    def reading(self, device: str, quantity: str, time: Micros, value: float) -> None:
        """A value was measured."""
        line = self._seen(device, time)
        if not isfinite(value):
            return  # a broken sensor's NaN is a sign of life and no value
        known = line.latest.get(quantity)
        if known is None or time >= known.time:
            latest = {**line.latest, quantity: Sign(value, time)}
            self.lines[device] = Line(line.seen, latest, line.told, line.told_at)

    def sign(self, device: str, time: Micros, told: str | None = None) -> None:
        """A device was heard; `told` is its word about itself, if it gave one."""
        line = self._seen(device, time)
        if told is not None and time >= line.told_at:
            self.lines[device] = Line(line.seen, line.latest, told, time)

    def take(self, batch: CommittedBatch) -> None:
        """Take in what one commit added to the store."""
        readings = batch.readings
        if len(readings):
            devices, quantities = readings.devices(), readings.quantities()
            times, values = readings.times(), readings.values()
            pair = devices.astype(np.int64) * len(batch.quantities) + quantities
            order = np.lexsort((times, pair))
            last = np.flatnonzero(np.diff(pair[order], append=-1))  # the newest of each pair
            for at in order[last].tolist():
                device, quantity = batch.devices[devices[at]], batch.quantities[quantities[at]]
                self.reading(device, quantity, int(times[at]), float(values[at]))
        for swipe in batch.swipes:
            self.sign(swipe.reader, swipe.time)
        for detection in batch.detections:
            self.sign(detection.device, detection.time)
        for state in batch.states:
            self.sign(state.device, state.time, state.state)

    def take_changes(self, spots: Mapping[str, Spot], now: Micros) -> list[str]:
        """Registered devices heard since the last call, or in another condition than then.

        Readers only when what is told of them has changed: else each swipe could be counted.
        """
        changed: list[str] = []
        for device, spot in sorted(spots.items()):
            line, reader = self.lines.get(device), spot.kind == "reader"
            shown = condition(line, spot, now), last_seen(line, spot) if reader else None
            heard = device in self._changed and not reader
            if heard or self._shown.get(device) != shown:
                self._shown[device] = shown
                changed.append(device)
        self._changed.clear()
        return changed

    def _seen(self, device: str, time: Micros) -> Line:
        self._changed.add(device)
        line = self.lines.get(device) or Line(seen=time)
        if time > line.seen:
            line = Line(time, line.latest, line.told, line.told_at)
        self.lines[device] = line
        return line
