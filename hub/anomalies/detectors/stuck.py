"""Stuck: a quantity stays at one value for too long although its device reports.

A run begins with a value and goes on while readings are within `epsilon` of that first one. A
device that says nothing for three reports begins a new run: silence is another rule's trouble.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.wire import Micros
from hub.anomalies.detectors import HOLD_REPORTS, SETTLE, Finding, Spots
from hub.anomalies.detectors.breach import Terms, Watch
from hub.anomalies.detectors.ordered import NEVER, Ordered
from hub.anomalies.roster import Column, Columns, Roster, Slots, Table, packed, roster_of
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import StuckRule
from hub.plans.units import micros

GAP_REPORTS = 3  # as in every rule about silence
_FAR: Micros = 1 << 62
_COLUMNS = {
    "last": Column(np.int64, NEVER),
    "first": Column(np.float64, np.nan),
    "since": Column(np.int64, NEVER),
    "raised": Column(np.int8, 0),
}


class StuckState(msgspec.Struct, frozen=True):
    """Each device's run: its first value, since when, and whether it was raised.

    No run can be raised before `look` (event time).
    """

    table: Table = Table()
    look: Micros = NEVER


@dataclass(frozen=True)
class Stuck:
    """Judges one rule."""

    name: str
    rule: StuckRule
    spots: Spots

    @property
    def state_type(self) -> type[StuckState]:
        """The msgspec struct that holds the state."""
        return StuckState

    def start(self) -> StuckState:
        """No device was heard yet."""
        return StuckState()

    def step(self, state: StuckState, row: Row, now: Micros) -> tuple[StuckState, list[Finding]]:
        """Take in one committed batch; only runs that are raised or end so cost Python."""
        series = row.series(self.rule.quantity)
        if series is None:
            return state, []
        columns, found = state.table.open(self._roster, _COLUMNS), list[Finding]()
        slots = series.slots(self._roster)
        news = Ordered.take(series, slots, columns["last"], self._watched)
        last = news.last.copy()
        for devices, at in series.rounds():
            good = news.known[devices] & news.timely[at]
            devices, at = devices[good], at[good]
            slots, times, values = news.slots[devices], series.time[at], series.value[at]
            self._turn(columns, slots, times, values, last[devices], state.look, found)
            last[devices] = times
        return self._state(columns), found

    def pulse(
        self, state: StuckState, pulse: Pulse, now: Micros
    ) -> tuple[StuckState, list[Finding]]:
        """Signs of life say nothing about a quantity."""
        return state, []

    def due(self, state: StuckState, now: Micros) -> tuple[StuckState, list[Finding]]:
        """Runs that have lasted long enough while their device need not have said more."""
        if not state.table.columns or now - SETTLE < state.look:
            return state, []
        columns, found = state.table.open(self._roster, _COLUMNS), list[Finding]()
        every = np.arange(len(self._roster))
        now_all = np.full(len(every), now - SETTLE)
        if not self._raise(columns, every, now_all, columns["last"], found):
            return state, []
        return self._state(columns), found

    def _state(self, columns: Columns) -> StuckState:
        since = columns["since"]
        open_ = (since != NEVER) & (columns["raised"] == 0)
        open_ &= ~self._may_stay(columns["first"])
        look = since.min(where=open_, initial=_FAR) + self._terms.duration
        return StuckState(packed(self._roster, columns), int(look))

    def _may_stay(self, first: NDArray[np.float64]) -> NDArray[np.bool_]:
        stays = np.zeros(len(first), dtype=bool)
        for value in self.rule.but:
            stays |= first == value
        return stays

    def _turn(
        self,
        columns: Columns,
        slots: Slots,
        times: NDArray[np.int64],
        values: NDArray[np.float64],
        last: NDArray[np.int64],
        look: Micros,
        found: list[Finding],
    ) -> None:
        """One reading of each device: raise what lasted until just before it, then take it in."""
        first, since, raised = columns["first"], columns["since"], columns["raised"]
        if not len(times):
            return
        due = int(times.max()) >= look
        if due:
            self._raise(columns, slots, times - 1, last, found)
        known = last != NEVER
        gap = known & (times - np.where(known, last, times) > self._report[slots] * GAP_REPORTS)
        goes_on = (np.abs(values - first[slots]) <= self.rule.epsilon) & ~gap
        over = ~goes_on
        for one in np.flatnonzero(over & (raised[slots] == 1)).tolist():
            slot = int(slots[one])
            watch = Watch(int(since[slot]), raised=True)
            device, value = self._roster.names[slot], float(values[one])
            found.append(self._terms.recovery(device, watch, int(times[one]), value))
        new = slots[over]
        first[new], since[new], raised[new] = values[over], times[over], 0
        if due:
            self._raise(columns, slots, times, times, found)

    def _raise(
        self,
        columns: Columns,
        slots: Slots,
        times: NDArray[np.int64],
        last: NDArray[np.int64],
        found: list[Finding],
    ) -> bool:
        """Raise the runs that have lasted by `times`, of devices heard `last`."""
        first, since, raised = columns["first"], columns["since"], columns["raised"]
        open_ = (since[slots] != NEVER) & (raised[slots] == 0)
        if not open_.any():
            return False
        hold = np.where(last == NEVER, NEVER, np.maximum(last, 0) + self._hold[slots])
        until = np.minimum(times, hold)
        lasted = open_ & (until - np.where(open_, since[slots], until) >= self._terms.duration)
        lasted &= ~self._may_stay(first[slots])
        for slot in map(int, slots[lasted]):
            watch = Watch(int(since[slot]), value=float(first[slot]))
            found.append(self._terms.anomaly(self._roster.names[slot], watch))
        raised[slots[lasted]] = 1
        return bool(lasted.any())

    @cached_property
    def _roster(self) -> Roster:
        return roster_of(self.spots)

    @cached_property
    def _watched(self) -> NDArray[np.bool_]:
        return self._roster.of_kinds([self.rule.watches])

    @cached_property
    def _report(self) -> NDArray[np.int64]:
        return self._roster.report()

    @cached_property
    def _hold(self) -> NDArray[np.int64]:
        return (self._report * HOLD_REPORTS).astype(np.int64)

    @cached_property
    def _terms(self) -> Terms:
        rule = self.rule
        assert rule.duration_s is not None, "check_plan lets no rule judge without a limit"
        lasts = micros(rule.duration_s)
        return Terms(self.name, rule, lasts, 0, None, rule.epsilon, rule.unit, rule.quantity)
