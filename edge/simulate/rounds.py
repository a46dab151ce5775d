"""Rounds: guards look behind their doors day and night, swiping in and out.

Eight guards are on shift, one per door: nobody has to hurry from building to building. Time is cut
into steps of two minutes; in each step every second door is visited, in the next the others.
Everything follows from the seed and the local time alone, so rounds need no state. Guards live in
the gatehouse, which has no readers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.simulate.clock import DAY_START, HOUR, MINUTE, SECOND, MicrosArray
from edge.simulate.noise import uniform
from edge.simulate.places import DOORS
from edge.wire import Micros

SHIFTS = 3
GUARDS = SHIFTS * DOORS
AT_ONCE = DOORS // 2  # doors visited in one step
SHIFT = 8 * HOUR
STEP = 2 * MINUTE

_STREAM = 0x60A2D
_AT_DOOR = (2, 20)  # s into the step at which the guard swipes in
_LEAVES = (45, 80)  # … and out
_OPENS = (0.6, 1.1)  # s after the swipe
_STANDS_OPEN = (3.0, 7.0)  # s


@dataclass(frozen=True, slots=True)
class Visits:
    """Columns of one length, in the order of steps; times are local microseconds.

    `openings` is [visits, 4]: the door opens and closes behind the guard going in, and opens
    and closes behind the guard coming out.
    """

    guard: NDArray[np.int64]
    door: NDArray[np.int64]
    enters: MicrosArray
    leaves: MicrosArray
    openings: MicrosArray

    def __len__(self) -> int:
        return len(self.guard)

    def where(self, keep: NDArray[np.bool_]) -> Visits:
        """The visits that `keep` marks."""
        return Visits(
            self.guard[keep],
            self.door[keep],
            self.enters[keep],
            self.leaves[keep],
            self.openings[keep],
        )


def visits_between(seed: int, start: Micros, end: Micros) -> Visits:
    """Every visit whose step overlaps [start, end) of local time."""
    steps = np.arange(start // STEP, -(-end // STEP))
    step = np.repeat(steps, AT_ONCE)
    turn = np.tile(np.arange(AT_ONCE), len(steps))
    begins = step * STEP
    shift = (begins - DAY_START) // SHIFT % SHIFTS
    draw = uniform(seed, _STREAM, (step * AT_ONCE + turn)[:, None] * 8 + np.arange(6))
    enters = begins + _between(_AT_DOOR, draw[:, 0])
    leaves = begins + _between(_LEAVES, draw[:, 1])
    opens_in = enters + _between(_OPENS, draw[:, 2])
    opens_out = leaves + _between(_OPENS, draw[:, 3])
    openings = (
        opens_in,
        opens_in + _between(_STANDS_OPEN, draw[:, 4]),
        opens_out,
        opens_out + _between(_STANDS_OPEN, draw[:, 5]),
    )
    door = (2 * turn + step) % DOORS
    return Visits(shift * DOORS + door, door, enters, leaves, np.stack(openings, axis=1))


def _between(bounds: tuple[float, float], share: NDArray[np.float64]) -> MicrosArray:
    low, high = bounds
    return ((low + (high - low) * share) * SECOND).astype(np.int64)
