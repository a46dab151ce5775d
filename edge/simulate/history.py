"""History: the swipes of the days before a live run, ready to be sent in samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from edge.sample import Sample
from edge.simulate.clock import DAY, UTC_OFFSET, campus_day, local_time
from edge.simulate.swipes import SwipeColumns, campus_day_swipes, swipe_records
from edge.simulate.world import World
from edge.wire import Micros

MOST_SWIPES = 2000  # per sample


def history(world: World, origin: Micros, days: int) -> Iterator[Sample]:
    """Samples of at most 2,000 swipes, in order, of [origin - days, origin)."""
    for swipes in history_columns(world, origin, days):
        for first in range(0, len(swipes), MOST_SWIPES):
            part = swipes.where(slice(first, first + MOST_SWIPES))
            event = part.time - UTC_OFFSET
            yield Sample(swipes=swipe_records(part, event, world.people.cards, world.readers))


def history_columns(world: World, origin: Micros, days: int) -> Iterator[SwipeColumns]:
    """The same swipes as columns, one campus day at a time; times are local."""
    end = local_time(origin)
    start = end - days * DAY
    for day in range(campus_day(start), campus_day(end) + 1):
        swipes = campus_day_swipes(world.seed, world.people, len(world.rooms.visited), day)
        first, last = np.searchsorted(swipes.time, (start, end), side="left")
        if first < last:
            yield swipes.where(slice(int(first), int(last)))
