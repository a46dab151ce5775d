"""Limit: a quantity beyond its limit long enough, with hysteresis on the way back.

Works in event time. A reading older than what its device has already reported is history: it
neither raises nor clears. Rules of one quantity are judged together, so that a worse one
(`supersedes`) keeps the milder from opening a second case for the same trouble.
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
from hub.anomalies.detectors.ordered import LAST, Ordered, hold_until, lapsed
from hub.anomalies.roster import Roster, Table, packed, roster_of
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import LimitRule
from hub.plans.units import micros


class LimitState(msgspec.Struct, frozen=True):
    """Last event time per device, and the open watches: device → rule → watch."""

    table: Table = Table()
    watches: dict[str, dict[str, Watch]] = {}


@dataclass(frozen=True)
class Limit:
    """Judges all rules that watch one quantity of one kind of device."""

    rules: dict[str, LimitRule]
    spots: Spots

    @property
    def state_type(self) -> type[LimitState]:
        """The msgspec struct that holds the state."""
        return LimitState

    def start(self) -> LimitState:
        """No device was heard yet."""
        return LimitState()

    def step(self, state: LimitState, row: Row, now: Micros) -> tuple[LimitState, list[Finding]]:
        """Take in one committed batch; only devices in trouble cost Python per reading."""
        rule = next(iter(self.rules.values()))
        series = row.series(rule.quantity)
        if series is None:
            return state, []
        columns = state.table.open(self._roster, LAST)
        slots = series.slots(self._roster)
        news = Ordered.take(series, slots, columns["last"], self._watched)
        table = packed(self._roster, columns)
        broken = np.zeros(len(series.time), dtype=bool)
        for one in self.rules.values():
            broken |= _breaks(one, series.value)
        wanted = np.logical_or.reduceat(broken & news.timely, series.start)
        wanted |= news.among(series.devices, state.watches)

        watches, found = dict(state.watches), list[Finding]()
        for index in np.flatnonzero(wanted & news.known).tolist():
            device, at = series.devices[index], series.of(index)
            mine, last = watches.pop(device, {}), int(news.last[index])
            times, values = series.time[at][news.timely[at]], series.value[at][news.timely[at]]
            breaks = [_breaks(one, values).tolist() for one in self.rules.values()]
            clears = [_clears(one, values).tolist() for one in self.rules.values()]
            for time, value, broke, good in zip(
                times.tolist(),
                values.tolist(),
                zip(*breaks, strict=True),
                zip(*clears, strict=True),
                strict=True,
            ):
                if mine:
                    until = hold_until(self.spots[device], last, time)
                    mine = self._judge.lapse(device, mine, until, found)
                mine = self._judge.reading(device, mine, time, value, broke, good, found)
                last = time
            if mine:
                watches[device] = mine
        return LimitState(table, watches), found

    def pulse(
        self, state: LimitState, pulse: Pulse, now: Micros
    ) -> tuple[LimitState, list[Finding]]:
        """Signs of life say nothing about a quantity."""
        return state, []

    def due(self, state: LimitState, now: Micros) -> tuple[LimitState, list[Finding]]:
        """Breaches that have lasted long enough while their device need not have said more."""
        if not state.watches:
            return state, []
        found: list[Finding] = []
        last = state.table.open(self._roster, LAST)["last"]
        watches = lapsed(self._judge, self._roster, last, state.watches, now, found)
        return (LimitState(state.table, watches) if watches is not None else state), found

    @cached_property
    def _roster(self) -> Roster:
        return roster_of(self.spots)

    @cached_property
    def _watched(self) -> NDArray[np.bool_]:
        return self._roster.of_kinds(rule.watches for rule in self.rules.values())

    @cached_property
    def _judge(self) -> Judge:
        return Judge([_terms(name, rule) for name, rule in self.rules.items()])


def _terms(name: str, rule: LimitRule) -> Terms:
    quiet = None if rule.quiet_s is None else micros(rule.quiet_s)
    return Terms(
        name,
        rule,
        micros(rule.duration_s),
        micros(rule.clear_s),
        quiet,
        rule.limit,
        rule.unit,
        rule.quantity,
    )


def _breaks(rule: LimitRule, value: NDArray[np.float64]) -> NDArray[np.bool_]:
    assert rule.limit is not None, "check_plan lets no rule judge without a limit"
    return value < rule.limit if rule.side == "below" else value >= rule.limit


def _clears(rule: LimitRule, value: NDArray[np.float64]) -> NDArray[np.bool_]:
    if rule.clear is None:  # it clears when it has been quiet
        return np.zeros(len(value), dtype=bool)
    return value >= rule.clear if rule.side == "below" else value < rule.clear
