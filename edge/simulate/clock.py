"""Clock of the simulated world: world time, event time and the campus's local time.

World time is int64 microseconds since the run's origin and passes `speed` times as fast as event
time: `event = origin + world / speed`. Local time is microseconds since 1970-01-01 on the
campus's own wall clock; a *campus day* starts at 04:00, when everyone is in bed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.wire import Micros

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

UTC_OFFSET = 8 * HOUR  # the campus stands in China: UTC+8, no summer time
DAY_START = 4 * HOUR

MicrosArray = NDArray[np.int64]


def local_time(event: Micros) -> Micros:
    """The campus's wall clock at an event time that is not sped up."""
    return event + UTC_OFFSET


def campus_day(local: Micros) -> int:
    """Number of the campus day that holds a local time; day 0 starts on 1970-01-01 at 04:00."""
    return (local - DAY_START) // DAY


def day_start(day: int) -> Micros:
    """Local time at which a campus day starts."""
    return day * DAY + DAY_START


@dataclass(frozen=True, slots=True)
class WorldClock:
    """Turns world time into event time and back for one live run.

    Raises:
        ValueError: the speed is below 1; devices would report more rarely than they promise.
    """

    origin: Micros
    speed: float = 1.0

    def __post_init__(self) -> None:
        if not self.speed >= 1:
            raise ValueError(f"speed {self.speed}: must be 1 (real time) or more")

    def event(self, world: Micros) -> Micros:
        """Event time at a world time."""
        if self.speed == 1.0:
            return self.origin + world
        return self.origin + round(world / self.speed)

    def events(self, world: MicrosArray) -> MicrosArray:
        """Event times at world times."""
        if self.speed == 1.0:
            return world + self.origin
        return self.origin + np.rint(world / self.speed).astype(np.int64)

    def world(self, event: Micros) -> Micros:
        """The latest world time whose event time is not after `event`."""
        if self.speed == 1.0:
            return event - self.origin
        world = int((event - self.origin) * self.speed)
        while self.event(world) > event:
            world -= 1
        while self.event(world + 1) <= event:
            world += 1
        return world

    @property
    def local_origin(self) -> Micros:
        """Local time at world time 0; local time passes with world time."""
        return local_time(self.origin)
