"""Swipes: what the card readers see of one campus day, residents and guards together.

About one exit in a hundred is missing: somebody held the door open. Columns have one length and
are ordered by time, which is local microseconds and strictly increases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.simulate.clock import DAY, SECOND, MicrosArray, day_start
from edge.simulate.days import NOWHERE, Visits, home_stays, visits_of_day
from edge.simulate.noise import as_ints
from edge.simulate.people import RESIDENTS, People
from edge.simulate.rounds import Visits as Rounds
from edge.simulate.rounds import visits_between
from edge.wire import Direction, Swipe

MISSING_EXITS = 0.01  # ours: share of exits without a swipe


@dataclass(frozen=True, slots=True)
class SwipeColumns:
    """`person` indexes the people's cards, `reader` the campus's readers."""

    time: MicrosArray
    person: NDArray[np.int64]
    reader: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.time)

    def where(self, keep: NDArray[np.bool_] | slice) -> SwipeColumns:
        """The swipes that `keep` marks."""
        return SwipeColumns(self.time[keep], self.person[keep], self.reader[keep])


def reader_index(place: NDArray[np.int64] | int, way: Direction) -> NDArray[np.int64]:
    """Readers are counted two per place, in before out: visited places first, then doors."""
    return np.asarray(2 * np.asarray(place) + (way == Direction.OUT), dtype=np.int64)


def direction_of(reader: int) -> Direction:
    """Which way a reader lets people pass."""
    return Direction.OUT if reader % 2 else Direction.IN


def swipe_records(
    swipes: SwipeColumns, event: MicrosArray, cards: Sequence[str], readers: Sequence[str]
) -> list[Swipe]:
    """The swipes as messages; `event` holds their event times."""
    rows = zip(as_ints(event), as_ints(swipes.person), as_ints(swipes.reader), strict=True)
    return [
        Swipe(readers[reader], time, cards[person], direction_of(reader))
        for time, person, reader in rows
    ]


def residents_day(seed: int, people: People, day: int) -> SwipeColumns:
    """All swipes of residents on one campus day, from 04:00 to 04:00."""
    random = np.random.default_rng((seed, 0x5417E, day))
    visits = visits_of_day(seed, people, day)
    who, leaves, returns = home_stays(random, visits)
    home = people.dormitory[who]
    entries, exits = _visit_swipes(visits)
    parts = [
        entries,
        _sometimes_missing(random, exits),
        _sometimes_missing(random, (leaves, who, reader_index(home, Direction.OUT))),
        (returns, who, reader_index(home, Direction.IN)),
    ]
    second, person, reader = (np.concatenate(column) for column in zip(*parts, strict=True))
    midnight = day_start(day) // DAY * DAY
    time = midnight + second * SECOND + random.integers(0, SECOND, len(second))
    return _ordered(time, person, reader)


def guards_swipes(rounds: Rounds, places: int) -> SwipeColumns:
    """The swipes of guards' visits at doors; `places` visited places are counted before doors."""
    door = places + rounds.door
    person = RESIDENTS + rounds.guard
    return _ordered(
        np.concatenate((rounds.enters, rounds.leaves)),
        np.concatenate((person, person)),
        np.concatenate((reader_index(door, Direction.IN), reader_index(door, Direction.OUT))),
    )


def campus_day_swipes(seed: int, people: People, places: int, day: int) -> SwipeColumns:
    """All swipes of one campus day."""
    start = day_start(day)
    residents = residents_day(seed, people, day)
    guards = guards_swipes(visits_between(seed, start, start + DAY), places)
    return _ordered(
        np.concatenate((residents.time, guards.time)),
        np.concatenate((residents.person, guards.person)),
        np.concatenate((residents.reader, guards.reader)),
    )


_Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _visit_swipes(visits: Visits) -> tuple[_Part, _Part]:
    who, block = np.nonzero(visits.place != NOWHERE)
    place = visits.place[who, block]
    entries = (visits.start[who, block], who, reader_index(place, Direction.IN))
    exits = (visits.end[who, block], who, reader_index(place, Direction.OUT))
    return entries, exits


def _sometimes_missing(random: np.random.Generator, part: _Part) -> _Part:
    kept = random.random(len(part[0])) >= MISSING_EXITS
    return part[0][kept], part[1][kept], part[2][kept]


def _ordered(
    time: MicrosArray, person: NDArray[np.int64], reader: NDArray[np.int64]
) -> SwipeColumns:
    order = np.argsort(time, kind="stable")
    ranks = np.arange(len(order))
    # Moves a swipe by microseconds where two would share one, so that every time is its own.
    apart = np.maximum.accumulate(time[order] - ranks) + ranks
    return SwipeColumns(apart, person[order], reader[order])
