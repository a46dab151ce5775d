"""Run: one live run of a world, from an origin in time and at a speed.

Driver and truth read the same run, so the truth file tells of the very readings that are sent.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from edge.simulate.clock import WorldClock, campus_day
from edge.simulate.doors import Doors
from edge.simulate.hydrants import Hydrants
from edge.simulate.misuse import Misuse, Shown, cards_shown
from edge.simulate.smoke import SmokeDetectors
from edge.simulate.swipes import SwipeColumns, direction_of, guards_swipes, residents_day
from edge.simulate.world import World
from edge.wire import Micros, Swipe


class Run:
    """Every simulated device of one live run. Asking changes nothing.

    Raises:
        ValueError: the speed is below 1.
    """

    def __init__(self, world: World, origin: Micros, speed: float = 1.0) -> None:
        self.world = world
        self.clock = WorldClock(origin, speed)
        self.hydrants = Hydrants(world.seed, world.hydraulics, world.troubles, self.clock)
        self.smoke = SmokeDetectors(world.seed, world.troubles)
        self.doors = Doors(world.seed, world.troubles, self.clock)
        at = {place.id: place.at for place in world.places}
        self._visited = tuple(at[place] for place in world.rooms.visited)
        self._day = lru_cache(maxsize=2)(self._draw_day)

    def resident_swipes(self, after: Micros, until: Micros) -> SwipeColumns:
        """Residents' swipes in (after, until] of world time, which their columns count in."""
        local = self.clock.local_origin
        days = range(campus_day(after + local), campus_day(until + local) + 1)
        parts = [_within(self._day(day), after + local, until + local) for day in days]
        return SwipeColumns(
            np.concatenate([part.time for part in parts]) - local,
            np.concatenate([part.person for part in parts]),
            np.concatenate([part.reader for part in parts]),
        )

    def door_swipes(self, after: Micros, until: Micros) -> SwipeColumns:
        """Guards' swipes at doors in (after, until] of world time, which their columns count in."""
        local = self.clock.local_origin
        swipes = guards_swipes(self.doors.visits(after, until), len(self.world.rooms.visited))
        due = _within(swipes, after + local, until + local)
        return SwipeColumns(due.time - local, due.person, due.reader)

    def shown(self, misuse: Misuse) -> list[Shown]:
        """The cards that are shown in one misuse, in world time."""
        return cards_shown(misuse, self._visited)

    def misused_swipes(self, after: Micros, until: Micros) -> list[Swipe]:
        """Swipes of misuse in (after, until] of world time, in event time."""
        readers = self.world.readers
        return [
            Swipe(
                readers[one.reader],
                self.clock.event(one.time),
                one.card,
                direction_of(one.reader),
                one.granted,
                one.reason,
            )
            for misuse in self.doors.misuses(after, until)
            for one in self.shown(misuse)
            if after < one.time <= until
        ]

    def _draw_day(self, day: int) -> SwipeColumns:
        return residents_day(self.world.seed, self.world.people, day)


def _within(swipes: SwipeColumns, after: Micros, until: Micros) -> SwipeColumns:
    first, last = np.searchsorted(swipes.time, (after, until), side="right")
    return swipes.where(slice(int(first), int(last)))
