"""Ordered: which of a batch's readings are news, and how long a device's last one holds.

A reading older than what its device had reported before is history and judged by nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.wire import Micros
from hub.anomalies.detectors import HOLD_REPORTS, SETTLE, Finding
from hub.anomalies.detectors.breach import Judge, Watch
from hub.anomalies.roster import Column, Roster, Slots
from hub.anomalies.row import Series
from hub.sites.domain import Spot

NEVER: Micros = int(np.iinfo(np.int64).min)
LAST = {"last": Column(np.int64, NEVER)}


@dataclass(frozen=True, slots=True)
class Ordered:
    """A series beside what was known: per device its `slots`, whether it is `known`, its `last`
    event time before; per reading whether it is `timely`."""

    slots: Slots
    known: NDArray[np.bool_]
    last: NDArray[np.int64]
    timely: NDArray[np.bool_]

    @classmethod
    def take(
        cls,
        series: Series,
        slots: Slots,
        last: NDArray[np.int64],
        watched: NDArray[np.bool_],
    ) -> Ordered:
        """Order a series and note in `last` (by slot) what is the newest now."""
        known = watched[slots]
        every = bool(known.all())
        if every:
            before = last[slots]
        elif len(last):
            before = np.where(known, last[slots], NEVER)
        else:
            before = np.full(len(slots), NEVER)
        timely = in_order(series, before)
        newest = series.time
        if not series.single:
            newest = np.maximum.reduceat(series.time, series.start)
        newest = np.maximum(newest, before)
        if every:
            last[slots] = newest
        else:
            last[slots[known]] = newest[known]
        return cls(slots, known, before, timely)

    def among(self, devices: list[str], names: Collection[str]) -> NDArray[np.bool_]:
        """Which of the devices are among the names."""
        if not names:
            return np.zeros(len(devices), dtype=bool)
        return np.fromiter((name in names for name in devices), bool, len(devices))


def in_order(series: Series, last: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which readings are not older than what their device had reported before them.

    `last` is the event time, per device, of the newest reading of earlier batches.
    """
    if series.single:
        return series.time >= last
    counts = series.counts()
    newest = np.repeat(last, counts)
    falls = series.time[1:] < series.time[:-1]
    falls[series.start[1:] - 1] = False  # from one device to the next is no step of either
    if falls.any():
        for index in np.unique(np.repeat(np.arange(len(counts)), counts)[1:][falls]).tolist():
            at = series.of(index)
            before = np.r_[last[index], np.maximum.accumulate(series.time[at])[:-1]]
            newest[at] = np.maximum(newest[at], before)
    return series.time >= newest


def hold_until(spot: Spot, last: Micros, now: Micros) -> Micros:
    """Until when a device's value of `last` holds, as far as is known at `now`."""
    return min(now, last + round(HOLD_REPORTS * spot.report_s * 1e6))


def lapsed(
    judge: Judge,
    roster: Roster,
    last: NDArray[np.int64],
    watches: Mapping[str, dict[str, Watch]],
    now: Micros,
    found: list[Finding],
) -> dict[str, dict[str, Watch]] | None:
    """The watches when time has passed until `now`; None if that changes nothing.

    `last` is each device's last event time, by slot.
    """
    changed: dict[str, dict[str, Watch]] = {}
    for device, mine in watches.items():
        slot = roster.number.get(device)
        if slot is None:
            changed[device] = {}  # it left the site
            continue
        until = hold_until(roster[device], int(last[slot]), now - SETTLE)
        before = len(found)
        after = judge.lapse(device, mine, until, found)
        if len(found) > before:
            changed[device] = after
    if not changed:
        return None
    return {device: mine for device, mine in {**watches, **changed}.items() if mine}
