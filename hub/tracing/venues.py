"""Venues: places where index persons were together with others, ranked; events of many at once.

Shapes: columns of one length; lengths of time are int64 microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hub.tracing.columns import Integers, StayColumns
from hub.tracing.contacts import Encounters, Window, clipped


@dataclass(frozen=True, slots=True)
class Venues:
    """By place: how many others were exposed, by how many index persons, for how long in all.

    `start` and `end` say when index persons were there, to close and to disinfect.
    """

    place: Integers
    exposed: Integers
    index_persons: Integers
    together: Integers
    start: Integers
    end: Integers

    def __len__(self) -> int:
        return len(self.place)


def venues_of(
    stays: StayColumns, index: Integers, encounters: Encounters, window: Window
) -> Venues:
    """Places of the index persons, those with most exposed others first.

    `encounters` are those of the index persons (`encounters_of`); index persons do not count as
    exposed by each other. Places where they were alone stand last, with 0 exposed. Likely times
    count.
    """
    start, end = clipped(stays.start, stays.end, window)
    theirs = np.flatnonzero(np.isin(stays.person, index) & (end > start))
    places, at = np.unique(stays.place[theirs], return_inverse=True)
    first = np.full(len(places), window.end, dtype=np.int64)
    last = np.full(len(places), window.start, dtype=np.int64)
    np.minimum.at(first, at, start[theirs])
    np.maximum.at(last, at, end[theirs])
    others = np.flatnonzero(
        ~np.isin(stays.person[encounters.other], index) & (encounters.likely > 0)
    )
    where = np.searchsorted(places, stays.place[encounters.other[others]])
    exposed = _different(where, stays.person[encounters.other[others]], len(places))
    present = _different(at, stays.person[theirs], len(places))
    together = np.zeros(len(places), dtype=np.int64)
    np.add.at(together, where, encounters.likely[others])
    order = np.lexsort((places, -together, -exposed))
    return Venues(
        places[order], exposed[order], present[order], together[order], first[order], last[order]
    )


def _different(group: Integers, person: Integers, groups: int) -> Integers:
    """How many different persons each group has."""
    if not len(group):
        return np.zeros(groups, dtype=np.int64)
    pairs = np.unique(np.stack([group, person]), axis=1)
    return np.bincount(pairs[0], minlength=groups).astype(np.int64)
