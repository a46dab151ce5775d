"""Rate: a quantity changes faster than its limit allows.

The rate at a reading is (value - reference) / minutes between them. The reference is the oldest
of the kept readings that lies within the window and at least half a window back; without one
there is no rate. Kept are eight readings, each an eighth of a window or more after the one before
it, so that memory is bounded and the span is 7/8 of the window or more once it is filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.wire import Micros
from hub.anomalies.detectors import Finding, Spots
from hub.anomalies.detectors.breach import Judge, Terms, Watch
from hub.anomalies.detectors.ordered import NEVER, Ordered, hold_until, lapsed
from hub.anomalies.roster import Column, Columns, Roster, Slots, Table, packed, roster_of
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import RateRule
from hub.plans.units import micros

KEPT = 8  # ours: the span is known to an eighth of the window
_COLUMNS = {
    "last": Column(np.int64, NEVER),
    "next": Column(np.int64, 0),
    "at": Column(np.int64, NEVER, KEPT),
    "was": Column(np.float64, 0, KEPT),
}
_MINUTE: Micros = 60_000_000


class RateState(msgspec.Struct, frozen=True):
    """The kept readings, and who breaks the rule: device → rule → watch."""

    table: Table = Table()
    watches: dict[str, dict[str, Watch]] = {}


@dataclass(frozen=True)
class Rate:
    """Judges one rule."""

    name: str
    rule: RateRule
    spots: Spots

    @property
    def state_type(self) -> type[RateState]:
        """The msgspec struct that holds the state."""
        return RateState

    def start(self) -> RateState:
        """No device was heard yet."""
        return RateState()

    def step(self, state: RateState, row: Row, now: Micros) -> tuple[RateState, list[Finding]]:
        """Take in one committed batch; only devices in trouble cost Python per reading."""
        series = row.series(self.rule.quantity)
        if series is None:
            return state, []
        columns = state.table.open(self._roster, _COLUMNS)
        slots = series.slots(self._roster)
        news = Ordered.take(series, slots, columns["last"], self._watched)
        watches, found = dict(state.watches), list[Finding]()
        last = news.last.copy()
        for devices, at in series.rounds():
            good = news.known[devices] & news.timely[at]
            devices, at = devices[good], at[good]
            slots, times, values = news.slots[devices], series.time[at], series.value[at]
            rates = _rates(columns, slots, times, values, micros(self.rule.window_s))
            breaks, clears = self._breaks(rates), self._clears(rates)
            wanted = breaks
            if watches:
                wanted = breaks | news.among([series.devices[i] for i in devices.tolist()], watches)
            for one in np.flatnonzero(wanted).tolist() if wanted.any() else ():
                device, time = series.devices[int(devices[one])], int(times[one])
                mine = watches.pop(device, {})
                until = hold_until(self.spots[device], int(last[devices[one]]), time - 1)
                mine = self._judge.lapse(device, mine, until, found)
                told = [bool(breaks[one])], [bool(clears[one])]
                mine = self._judge.reading(device, mine, time, float(rates[one]), *told, found)
                if mine:
                    watches[device] = mine
            last[devices] = times
        return RateState(packed(self._roster, columns), watches), found

    def pulse(self, state: RateState, pulse: Pulse, now: Micros) -> tuple[RateState, list[Finding]]:
        """Signs of life say nothing about a quantity."""
        return state, []

    def due(self, state: RateState, now: Micros) -> tuple[RateState, list[Finding]]:
        """Breaches that have lasted long enough while their device need not have said more."""
        if not state.watches:
            return state, []
        found: list[Finding] = []
        last = state.table.open(self._roster, _COLUMNS)["last"]
        watches = lapsed(self._judge, self._roster, last, state.watches, now, found)
        return (RateState(state.table, watches) if watches is not None else state), found

    @cached_property
    def _roster(self) -> Roster:
        return roster_of(self.spots)

    @cached_property
    def _watched(self) -> NDArray[np.bool_]:
        return self._roster.of_kinds([self.rule.watches])

    @cached_property
    def _judge(self) -> Judge:
        rule = self.rule
        assert rule.per_minute is not None, "check_plan lets no rule judge without a limit"
        limit = -rule.per_minute if rule.side == "falling" else rule.per_minute
        lasts, clear, unit = micros(rule.duration_s), micros(rule.clear_s), f"{rule.unit}/min"
        return Judge([Terms(self.name, rule, lasts, clear, None, limit, unit, rule.quantity)])

    def _strength(self, rates: NDArray[np.float64]) -> NDArray[np.float64]:
        match self.rule.side:
            case "falling":
                return -rates
            case "rising":
                return rates
            case "either":
                return np.abs(rates)

    def _breaks(self, rates: NDArray[np.float64]) -> NDArray[np.bool_]:
        assert self.rule.per_minute is not None, "check_plan lets no rule judge without a limit"
        return self._strength(rates) >= self.rule.per_minute

    def _clears(self, rates: NDArray[np.float64]) -> NDArray[np.bool_]:
        limit = self.rule.clear_per_minute
        assert limit is not None, "check_plan lets no rule judge without a clear limit"
        return self._strength(rates) < limit


def _rates(
    columns: Columns,
    slots: Slots,
    times: NDArray[np.int64],
    values: NDArray[np.float64],
    window: Micros,
) -> NDArray[np.float64]:
    """Change per minute at one reading of each device (nan: not known), which is kept if due."""
    at, was, after = columns["at"], columns["was"], columns["next"]
    kept = at[slots]
    # They are kept in the order of time, the newest just before `after`.
    within = np.count_nonzero(kept >= (times - window)[:, None], axis=1)
    oldest = (after[slots] - within) % KEPT
    every = np.arange(len(slots))
    span = np.where(within > 0, times - kept[every, oldest], 0)
    known = span >= window / 2
    change = values - was[slots, oldest]
    rates = np.full(len(slots), np.nan)
    rates[known] = change[known] / (span[known] / _MINUTE)

    newest = kept[every, (after[slots] - 1) % KEPT]
    keep = (newest == NEVER) | (times - np.maximum(newest, 0) >= window / KEPT)
    kept_slots = slots[keep]
    at[kept_slots, after[kept_slots]] = times[keep]
    was[kept_slots, after[kept_slots]] = values[keep]
    after[kept_slots] = (after[kept_slots] + 1) % KEPT
    return rates
