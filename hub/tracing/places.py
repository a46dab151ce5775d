"""Places: what is known of each place when swipes are folded into stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hub.tracing.columns import HOUR, NEVER, Integers, StayColumns

LONGEST = 12 * HOUR  # ours: longer without a swipe elsewhere is a forgotten swipe, not a stay
UNSET = -1


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """Columns by place number.

    `longest` is the longest dwell in microseconds. `typical` is how long people dwell as a rule, 0
    where nobody knows: then a stay without an exit lasts likely as long as it may. `opens` and
    `closes` are minutes after local midnight in `zone`, `UNSET` for a place that never closes; a
    place may close after midnight (`closes` below `opens`).
    """

    longest: Integers
    typical: Integers
    opens: Integers
    closes: Integers
    zone: tzinfo = UTC

    @classmethod
    def alike(
        cls, places: int, *, longest: int = LONGEST, typical: int = 0, zone: tzinfo = UTC
    ) -> PlaceRules:
        """Rules of so many places that are all alike and never close."""
        unset = np.full(places, UNSET, dtype=np.int64)
        return cls(
            np.full(places, longest, dtype=np.int64),
            np.full(places, typical, dtype=np.int64),
            unset,
            unset,
            zone,
        )

    def next_closing(self, place: Integers, time: Integers) -> Integers:
        """When each place closes next after a time; `NEVER` where it doesn't."""
        return self._beside(self.closes[place], time, 1)

    def last_opening(self, place: Integers, time: Integers) -> Integers:
        """When each place opened last at or before a time; `-NEVER` where it never closes."""
        return self._beside(self.opens[place], time, -1)

    def _beside(self, minutes: Integers, time: Integers, side: int) -> Integers:
        found = np.full(len(time), side * NEVER, dtype=np.int64)
        known = np.flatnonzero(minutes != UNSET)
        if not len(known):
            return found
        midnight = local_days(time[known], self.zone)
        moments = np.stack(
            [
                _at(midnight + np.timedelta64(days, "D"), minutes[known], self.zone)
                for days in (-1, 0, 1)
            ]
        )
        asked = time[known]
        if side > 0:
            found[known] = np.where(moments > asked, moments, NEVER).min(axis=0)
        else:
            found[known] = np.where(moments <= asked, moments, -NEVER).max(axis=0)
        return found


def typical_dwells(stays: StayColumns, kind: Integers, places: PlaceRules) -> PlaceRules:
    """Rules whose `typical` is the median dwell at in/out places of the same kind.

    `kind` is a number by place. Only stays whose start and end are both known teach; a kind without
    any keeps what it had. The median, because dwells have long tails; source: ours.
    """
    typical = places.typical.copy()
    known = (stays.first == stays.sure_start) & (stays.sure_end == stays.last)
    dwell = (stays.end - stays.start)[known]
    kinds = kind[stays.place[known]]
    for one in np.unique(kinds).tolist():
        typical[kind == one] = int(np.median(dwell[kinds == one]))
    return PlaceRules(places.longest, typical, places.opens, places.closes, places.zone)


def local_days(time: Integers, zone: tzinfo) -> NDArray[np.datetime64]:
    """The local midnight before or at each time."""
    local = pd.DatetimeIndex(time.astype("datetime64[us]")).tz_localize("UTC").tz_convert(zone)
    return local.tz_localize(None).normalize().to_numpy()


def _at(midnight: NDArray[np.datetime64], minutes: Integers, zone: tzinfo) -> Integers:
    """UTC microseconds of a local clock time; one that the clocks skip is the next that exists."""
    local = pd.DatetimeIndex(midnight + minutes * np.timedelta64(1, "m"))
    first = np.ones(len(local), dtype=bool)
    moved = local.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    return moved.tz_convert("UTC").tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
