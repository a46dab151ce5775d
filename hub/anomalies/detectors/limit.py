"""Limit: a quantity beyond its limit long enough, with hysteresis on the way back.

Works in event time. A reading older than what its device has already reported is history: it
neither raises nor clears. Rules of one quantity are judged together, so that a worse one
(`supersedes`) keeps the milder from opening a second case for the same trouble.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.wire import Micros
from hub.anomalies.detectors import Finding, Spots
from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.row import Pulse, Row, Series
from hub.plans.domain import LimitRule
from hub.plans.units import micros

_NEVER = np.iinfo(np.int64).min


class Watch(msgspec.Struct, frozen=True, array_like=True):
    """One device breaking one rule since `since`; good again since `good` once it was raised."""

    since: Micros
    raised: bool = False
    good: Micros | None = None


class LimitState(msgspec.Struct, frozen=True):
    """Last event time per device, and the open watches: device → rule → watch."""

    last: dict[str, Micros] = {}
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
        last = np.array([state.last.get(name, _NEVER) for name in series.devices], dtype=np.int64)
        timely = in_order(series, last)
        newest = np.maximum(np.maximum.reduceat(series.time, series.start), last)
        broken = np.zeros(len(series.time), dtype=bool)
        for one in self.rules.values():
            broken |= _breaks(one, series.value)
        troubled = np.logical_or.reduceat(broken & timely, series.start)

        watches = dict(state.watches)
        found: list[Finding] = []
        for index, device in enumerate(series.devices):
            if not (troubled[index] or device in watches) or not self._is_watched(device):
                continue
            at = series.of(index)
            mine = watches.pop(device, {})
            for time, value in zip(
                series.time[at][timely[at]].tolist(),
                series.value[at][timely[at]].tolist(),
                strict=True,
            ):
                mine = self._judge(device, mine, time, value, found)
            if mine:
                watches[device] = mine
        heard = dict(zip(series.devices, newest.tolist(), strict=True))
        return LimitState(last=state.last | heard, watches=watches), found

    def pulse(
        self, state: LimitState, pulse: Pulse, now: Micros
    ) -> tuple[LimitState, list[Finding]]:
        """Signs of life say nothing about a quantity."""
        return state, []

    def due(self, state: LimitState, now: Micros) -> tuple[LimitState, list[Finding]]:
        """Nothing becomes true without a reading."""
        return state, []

    def _is_watched(self, device: str) -> bool:
        spot = self.spots.get(device)
        return spot is not None and any(r.watches == spot.kind for r in self.rules.values())

    def _judge(
        self,
        device: str,
        before: dict[str, Watch],
        time: Micros,
        value: float,
        found: list[Finding],
    ) -> dict[str, Watch]:
        """The device's watches after one reading; worse rules stand first."""
        after: dict[str, Watch] = {}
        held: set[str] = set()
        for name, rule in self.rules.items():
            watch = _advance(rule, before.get(name), time, value)
            if watch is None:
                continue
            if rule.supersedes is not None:
                held.add(rule.supersedes)
            if not watch.raised and time - watch.since >= micros(rule.duration_s):
                if rule.kind not in held:
                    found.append(_anomaly(name, rule, device, watch.since, value))
                    watch = Watch(watch.since, raised=True)
            elif watch.good is not None and time - watch.good >= micros(rule.clear_s):
                found.append(
                    Recovery(
                        rule=name,
                        kind=rule.kind,
                        device=device,
                        started=watch.since,
                        recovered=watch.good + micros(rule.clear_s),
                        value=value,
                    )
                )
                continue
            after[name] = watch
        return after


def worst_first(rules: dict[str, LimitRule]) -> dict[str, LimitRule]:
    """The rules of one quantity in the order in which they are judged."""
    superseded = {rule.supersedes for rule in rules.values()}
    return dict(sorted(rules.items(), key=lambda item: item[1].kind in superseded))


def in_order(series: Series, last: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which readings are not older than what their device had reported before them.

    `last` is the event time, per device, of the newest reading of earlier batches.
    """
    counts = np.diff(np.r_[series.start, len(series.time)])
    newest = np.repeat(last, counts)
    falls = series.time[1:] < series.time[:-1]
    falls[series.start[1:] - 1] = False  # from one device to the next is no step of either
    if falls.any():
        for index in np.unique(np.repeat(np.arange(len(counts)), counts)[1:][falls]).tolist():
            at = series.of(index)
            before = np.r_[last[index], np.maximum.accumulate(series.time[at])[:-1]]
            newest[at] = np.maximum(newest[at], before)
    return series.time >= newest


def _advance(rule: LimitRule, watch: Watch | None, time: Micros, value: float) -> Watch | None:
    if watch is None or not watch.raised:
        if not _breaks(rule, value):
            return None
        return watch or Watch(time)
    if not _clears(rule, value):
        return Watch(watch.since, raised=True)
    return watch if watch.good is not None else Watch(watch.since, raised=True, good=time)


def _breaks(rule: LimitRule, value: float | NDArray[np.float64]) -> bool | NDArray[np.bool_]:
    assert rule.limit is not None, "check_plan lets no rule judge without a limit"
    return value < rule.limit if rule.side == "below" else value >= rule.limit


def _clears(rule: LimitRule, value: float) -> bool:
    assert rule.clear is not None, "check_plan lets no rule judge without a clear limit"
    return value >= rule.clear if rule.side == "below" else value < rule.clear


def _anomaly(name: str, rule: LimitRule, device: str, since: Micros, value: float) -> Anomaly:
    return Anomaly(
        rule=name,
        kind=rule.kind,
        device=device,
        started=since,
        raised=since + micros(rule.duration_s),
        value=value,
        limit=rule.limit,
        unit=rule.unit,
        quantity=rule.quantity,
        grade=rule.grade,
        supersedes=rule.supersedes,
    )
