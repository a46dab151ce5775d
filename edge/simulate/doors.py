"""Doors: when each stands open, by a guard's visit or by force, and who swiped before.

A guard keeps away from a door that is being forced, so that no grant is near a forced opening; so
does everybody who misuses a door. Now and then a guard leaves the door open on the way out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from edge.simulate.beats import Beats, Due
from edge.simulate.clock import SECOND, MicrosArray, WorldClock
from edge.simulate.devices import REPORT_S
from edge.simulate.misuse import Misuse, misuses_between
from edge.simulate.places import DOORS
from edge.simulate.rounds import STEP, Visits, visits_between
from edge.simulate.troubles import AFTERMATH, Trouble, Troubles
from edge.wire import Micros

_KEEPS_AWAY = 30 * SECOND
_FAR_FROM_FORCE = 120 * SECOND


@dataclass(frozen=True, slots=True)
class OpenSpans:
    """Columns of one length: `door` stands open from `opens` until `closes` (world time)."""

    door: NDArray[np.int64]
    opens: MicrosArray
    closes: MicrosArray


class Doors:
    """The eight doors of one live run."""

    def __init__(self, seed: int, troubles: Troubles, clock: WorldClock) -> None:
        self.beats = Beats(DOORS, REPORT_S["door"])
        self._seed = seed
        self._troubles = troubles
        self._clock = clock
        self.held = lru_cache(maxsize=64)(self._held)

    def forced(self, start: Micros, end: Micros) -> list[Trouble]:
        """Forced openings at some time within [start, end]."""
        return [
            trouble
            for trouble in self._troubles.between(start, end)
            if trouble.cause == "forced_entry" and trouble.end >= start
        ]

    def visits(self, start: Micros, end: Micros) -> Visits:
        """Guards' visits that may have begun or ended within [start, end], in local time."""
        local = self._clock.local_origin
        visits = visits_between(self._seed, local + start - STEP, local + end + STEP)
        keep = np.ones(len(visits), dtype=np.bool_)
        for trouble in self.forced(start - AFTERMATH - STEP, end + AFTERMATH + STEP):
            begins = visits.enters - local - _KEEPS_AWAY
            ends = visits.openings[:, 3] - local + _KEEPS_AWAY
            meets = (begins < trouble.end) & (ends > trouble.start)
            keep &= ~((visits.door == trouble.target) & meets)
        return visits.where(keep)

    def misuses(self, start: Micros, end: Micros) -> list[Misuse]:
        """Misuses that may show within [start, end] and are not kept away by force."""
        return [
            misuse
            for misuse in misuses_between(
                self._seed, start, end, self._troubles.rates.misused_every_s
            )
            if not any(
                forced.target == misuse.door
                for forced in self.forced(misuse.start - _FAR_FROM_FORCE, misuse.end)
            )
        ]

    def _held(self, misuse: Misuse) -> tuple[Micros, Micros]:
        """When a door that is held open is opened and closed: the next guard's way out."""
        visits = self.visits(misuse.start, misuse.end)
        opens = visits.openings[visits.door == misuse.door, 2] - self._clock.local_origin
        first = int(opens[opens >= misuse.start].min())
        return first, first + misuse.lasts

    def open_spans(self, start: Micros, end: Micros) -> OpenSpans:
        """Every time a door stands open that touches [start, end]."""
        visits, local = self.visits(start, end), self._clock.local_origin
        forced = self.forced(start, end)
        door = np.concatenate((visits.door, visits.door, [t.target for t in forced]))
        opens = np.concatenate(
            (
                visits.openings[:, 0] - local,
                visits.openings[:, 2] - local,
                [t.start for t in forced],
            )
        )
        closes = np.concatenate(
            (visits.openings[:, 1] - local, visits.openings[:, 3] - local, [t.end for t in forced])
        )
        for misuse in self.misuses(start, end):
            if misuse.kind == "held_open":
                opened, closed = self.held(misuse)
                closes[(door == misuse.door) & (opens == opened)] = closed
        keep = (opens <= end) & (closes >= start)
        return OpenSpans(
            door[keep].astype(np.int64), opens[keep].astype(np.int64), closes[keep].astype(np.int64)
        )

    def contact(self, due: Due) -> NDArray[np.float64]:
        """The contact, 1 when open, at beats in order."""
        if not len(due.time):
            return np.zeros(0)
        spans = self.open_spans(int(due.time[0]), int(due.time[-1]))
        at_door = due.device[:, None] == spans.door
        within = (due.time[:, None] >= spans.opens) & (due.time[:, None] < spans.closes)
        return (at_door & within).any(axis=1).astype(np.float64)
