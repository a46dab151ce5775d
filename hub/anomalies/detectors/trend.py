"""Trend: a quantity drifts away from what it usually is at that hour, before a limit is crossed.

Readings are averaged over samples of fixed length. For each device and hour of the day (UTC) a
mean m and a variance v are learned with exponential weights w: d = x - m, m += w d,
v = (1 - w)(v + w d²). The standardised difference z = (x - m) / s, where s is the deviation but
at least the least one, runs into the two-sided tabular CUSUM (Page, Biometrika 1954; Montgomery,
Introduction to Statistical Quality Control, 9.1):

    up = max(0, up + z - k),  down = max(0, down - z - k),  raised beyond h

With k = 0.5 and h = 5, as there, a false alarm comes after 465 samples on average and a drift of
one deviation is found after ten. What looks like a drift (beyond h / 2) is not learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.wire import Micros
from hub.anomalies.detectors import Finding, Spots
from hub.anomalies.detectors.breach import Terms, Watch
from hub.anomalies.detectors.ordered import NEVER, Ordered
from hub.anomalies.roster import Column, Columns, Roster, Slots, Table, packed, roster_of
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import TrendRule
from hub.plans.units import micros

_HOUR: Micros = 3_600_000_000
_DAY_HOURS = 24
_SAMPLE = {
    "last": Column(np.int64, NEVER),
    "number": Column(np.int64, NEVER),
    "sum": Column(np.float64, 0),
    "count": Column(np.int64, 0),
}
_PROFILE = {
    "mean": Column(np.float64, 0, _DAY_HOURS),
    "variance": Column(np.float64, 0, _DAY_HOURS),
    "learned": Column(np.int64, 0, _DAY_HOURS),
    "up": Column(np.float64, 0),
    "down": Column(np.float64, 0),
    "since": Column(np.int64, NEVER),
    "raised": Column(np.int8, 0),
    "good": Column(np.int64, 0),
}


class TrendState(msgspec.Struct, frozen=True):
    """The samples under way, and what was learned of each device."""

    sample: Table = Table()
    profile: Table = Table()


@dataclass(frozen=True)
class Trend:
    """Judges one rule."""

    name: str
    rule: TrendRule
    spots: Spots

    @property
    def state_type(self) -> type[TrendState]:
        """The msgspec struct that holds the state."""
        return TrendState

    def start(self) -> TrendState:
        """Nothing is learned yet."""
        return TrendState()

    def step(self, state: TrendState, row: Row, now: Micros) -> tuple[TrendState, list[Finding]]:
        """Take in one committed batch; a sample is judged when the next one begins."""
        series = row.series(self.rule.quantity)
        if series is None:
            return state, []
        columns = state.sample.open(self._roster, _SAMPLE)
        slots = self._own[series.slots(self._all)]
        news = Ordered.take(series, slots, columns["last"], self._watched)
        profile: Columns | None = None
        found: list[Finding] = []
        for devices, at in series.rounds():
            good = news.known[devices] & news.timely[at]
            slots, values = news.slots[devices[good]], series.value[at[good]]
            numbers = series.time[at[good]] // self._length
            ends = slots[(numbers > columns["number"][slots]) & (columns["count"][slots] > 0)]
            if len(ends):
                profile = profile or state.profile.open(self._roster, _PROFILE)
                self._judge(columns, profile, ends, found)
            new = slots[numbers > columns["number"][slots]]
            columns["sum"][new], columns["count"][new] = 0, 0
            columns["number"][slots] = numbers
            columns["sum"][slots] += values
            columns["count"][slots] += 1
        learned = state.profile if profile is None else packed(self._roster, profile)
        return TrendState(packed(self._roster, columns), learned), found

    def pulse(
        self, state: TrendState, pulse: Pulse, now: Micros
    ) -> tuple[TrendState, list[Finding]]:
        """Signs of life say nothing about a quantity."""
        return state, []

    def due(self, state: TrendState, now: Micros) -> tuple[TrendState, list[Finding]]:
        """Nothing becomes true without a reading."""
        return state, []

    def _judge(
        self, columns: Columns, profile: Columns, slots: Slots, found: list[Finding]
    ) -> None:
        """The sample of each of these devices is complete."""
        rule = self.rule
        starts = columns["number"][slots] * self._length
        hours = (starts // _HOUR) % _DAY_HOURS
        value = columns["sum"][slots] / columns["count"][slots]
        mean, variance = profile["mean"][slots, hours], profile["variance"][slots, hours]
        learned = profile["learned"][slots, hours]
        judged = learned >= rule.learn
        deviation = np.maximum(np.sqrt(variance), rule.least_deviation or 0)
        z = np.where(judged, (value - mean) / deviation, 0)
        before = self._strength(profile, slots)
        up = np.where(
            judged, np.maximum(0, profile["up"][slots] + z - rule.k), profile["up"][slots]
        )
        down = np.where(
            judged, np.maximum(0, profile["down"][slots] - z - rule.k), profile["down"][slots]
        )
        profile["up"][slots], profile["down"][slots] = up, down
        strength = self._strength(profile, slots)
        begins = slots[(before == 0) & (strength > 0)]
        profile["since"][begins] = starts[(before == 0) & (strength > 0)]

        raised = profile["raised"][slots] == 1
        for one in np.flatnonzero(~raised & (strength > rule.h)).tolist():
            slot, end = int(slots[one]), int(starts[one]) + self._length
            self._raise(profile, slot, end, float(value[one]), float(mean[one]), found)
        away = np.abs(z) if rule.side == "either" else -z if rule.side == "falling" else z
        calm = raised & judged & (away < rule.clear_sigma)
        good = np.where(
            calm, profile["good"][slots] + 1, np.where(judged, 0, profile["good"][slots])
        )
        profile["good"][slots] = good
        for one in np.flatnonzero(raised & (good >= rule.clear_samples)).tolist():
            slot, end = int(slots[one]), int(starts[one]) + self._length
            self._end(profile, slot, end, float(value[one]), found)

        learns = ~raised & (np.maximum(up, down) <= rule.h / 2)
        at = slots[learns], hours[learns]
        weight = np.maximum(rule.weight, 1 / (learned[learns] + 1))
        differs = value[learns] - mean[learns]
        profile["mean"][at] = mean[learns] + weight * differs
        profile["variance"][at] = (1 - weight) * (variance[learns] + weight * differs * differs)
        profile["learned"][at] = learned[learns] + 1

    def _strength(self, profile: Columns, slots: Slots) -> NDArray[np.float64]:
        match self.rule.side:
            case "falling":
                return profile["down"][slots]
            case "rising":
                return profile["up"][slots]
            case "either":
                return np.maximum(profile["up"][slots], profile["down"][slots])

    def _raise(
        self,
        profile: Columns,
        slot: int,
        end: Micros,
        value: float,
        usual: float,
        found: list[Finding],
    ) -> None:
        watch = Watch(int(profile["since"][slot]), value=value)
        anomaly = self._terms.anomaly(self._roster.names[slot], watch)
        found.append(msgspec.structs.replace(anomaly, raised=end, limit=usual))
        profile["raised"][slot], profile["good"][slot] = 1, 0

    def _end(
        self, profile: Columns, slot: int, end: Micros, value: float, found: list[Finding]
    ) -> None:
        watch = Watch(int(profile["since"][slot]), raised=True)
        found.append(self._terms.recovery(self._roster.names[slot], watch, end, value))
        for name in ("up", "down", "raised", "good"):
            profile[name][slot] = 0

    @cached_property
    def _roster(self) -> Roster:
        """Of the watched devices only: what is learned of each is long."""
        kind = self.rule.watches
        return Roster({name: spot for name, spot in self.spots.items() if spot.kind == kind})

    @cached_property
    def _all(self) -> Roster:
        return roster_of(self.spots)

    @cached_property
    def _own(self) -> Slots:
        """The slot here of each slot of the whole roster, -1 of those that are not watched."""
        return self._roster.slots([*self._all.names, ""])

    @cached_property
    def _watched(self) -> NDArray[np.bool_]:
        return self._roster.of_kinds([self.rule.watches])

    @cached_property
    def _length(self) -> Micros:
        assert self.rule.sample_s is not None, "check_plan lets no rule judge without it"
        return micros(self.rule.sample_s)

    @cached_property
    def _terms(self) -> Terms:
        return Terms(self.name, self.rule, 0, 0, None, None, self.rule.unit, self.rule.quantity)
