"""Days: where every resident is in one campus day, from the timetable and a seeded mood.

A day is cut into blocks (meals, lessons, evening, late); a resident spends each block in at most
one visited place, within the block's own window, so nobody is ever in two places. Between visits
far enough apart, and after the last, residents are at home.

Times are int64 seconds since midnight of the calendar day on which the campus day starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.simulate.people import (
    CENTRE,
    FIRST_CANTEEN,
    FIRST_CLASSROOM,
    LIBRARY,
    NO_LESSON,
    RESIDENTS,
    WEEKDAYS,
    People,
)
from edge.simulate.places import CANTEENS

Ints = NDArray[np.int64]
NOWHERE = -1

_WORTH_GOING_HOME_S = 40 * 60
_WALK_HOME_S = (480, 780)  # ours: across the campus at a walk, and a few minutes for shoes


@dataclass(frozen=True, slots=True)
class Visits:
    """[RESIDENTS, blocks] each: the visited place's index or NOWHERE, from when until when."""

    place: Ints
    start: Ints
    end: Ints


class _Block(NamedTuple):
    """One part of the day: arrivals and departures are drawn from these clock times (hours)."""

    arrive: tuple[float, float]
    leave: tuple[float, float]
    lesson: int | None = None


class _Choice(NamedTuple):
    """How likely a resident without a lesson spends a block where; the rest stay at home."""

    canteen: float = 0.0
    library: float = 0.0
    centre: float = 0.0


# Clock times and shares are ours: a plausible campus, not a measured one.
_BLOCKS = (
    _Block((6.7, 7.3), (7.35, 7.7)),
    _Block((7.87, 7.99), (9.67, 9.74), lesson=0),
    _Block((9.86, 9.99), (11.67, 11.74), lesson=1),
    _Block((11.85, 12.6), (12.75, 13.4)),
    _Block((13.85, 13.99), (15.67, 15.74), lesson=2),
    _Block((15.86, 15.99), (17.67, 17.74), lesson=3),
    _Block((17.85, 18.3), (18.4, 18.75)),
    _Block((18.85, 18.99), (20.5, 20.57), lesson=4),
    _Block((20.7, 21.2), (21.6, 22.5)),
    _Block((22.6, 22.8), (23.3, 24.8)),
)

_WEEKDAY = (
    _Choice(canteen=0.5),
    _Choice(library=0.1, centre=0.02),
    _Choice(library=0.15, centre=0.03),
    _Choice(canteen=0.75),
    _Choice(library=0.1, centre=0.03),
    _Choice(library=0.1, centre=0.05),
    _Choice(canteen=0.7),
    _Choice(library=0.2, centre=0.1),
    _Choice(library=0.1, centre=0.1),
    _Choice(centre=0.03),
)

_WEEKEND = (
    _Choice(canteen=0.25),
    _Choice(library=0.08, centre=0.05),
    _Choice(library=0.15, centre=0.1),
    _Choice(canteen=0.6),
    _Choice(library=0.12, centre=0.1),
    _Choice(library=0.1, centre=0.1),
    _Choice(canteen=0.55),
    _Choice(library=0.12, centre=0.2),
    _Choice(library=0.05, centre=0.2),
    _Choice(centre=0.1),
)


def weekday_of(day: int) -> int:
    """Monday is 0; 1970-01-01 was a Thursday."""
    return (day + 3) % 7


def visits_of_day(seed: int, people: People, day: int) -> Visits:
    """Every resident's visits on one campus day; the same whenever asked."""
    random = np.random.default_rng((seed, 0xDA7, day))
    weekday = weekday_of(day)
    works = weekday < WEEKDAYS
    columns = [
        _visit(random, people, block, choice, weekday if works else None)
        for block, choice in zip(_BLOCKS, _WEEKDAY if works else _WEEKEND, strict=True)
    ]
    place, start, end = (np.stack(column, axis=1) for column in zip(*columns, strict=True))
    return Visits(place, start, end)


def home_stays(random: np.random.Generator, visits: Visits) -> tuple[Ints, Ints, Ints]:
    """When residents leave home and come back: (resident, leaves, returns), one per outing.

    An outing runs from a few minutes before its first visit to a few minutes after its last;
    visits less than 40 minutes apart belong to one outing.
    """
    away = visits.place != NOWHERE
    resident, block = np.nonzero(away)  # in the order of residents, then of the day
    start, end = visits.start[resident, block], visits.end[resident, block]
    same = resident[1:] == resident[:-1]
    begins_outing = np.concatenate(([True], ~same | (start[1:] - end[:-1] > _WORTH_GOING_HOME_S)))
    ends_outing = np.concatenate((begins_outing[1:], [True]))
    who = resident[begins_outing]
    leaves = start[begins_outing] - random.integers(*_WALK_HOME_S, len(who))
    returns = end[ends_outing] + random.integers(*_WALK_HOME_S, len(who))
    return who, leaves, returns


def _visit(
    random: np.random.Generator,
    people: People,
    block: _Block,
    choice: _Choice,
    weekday: int | None,
) -> tuple[Ints, Ints, Ints]:
    mood = random.random(RESIDENTS)
    canteens = FIRST_CANTEEN + (people.dormitory + (random.random(RESIDENTS) < 0.3)) % CANTEENS
    place = np.full(RESIDENTS, NOWHERE)
    bounds = np.cumsum(choice)
    place[mood < bounds[2]] = CENTRE
    place[mood < bounds[1]] = LIBRARY
    eats = mood < bounds[0]
    place[eats] = canteens[eats]
    if weekday is not None and block.lesson is not None:
        classroom = people.lessons[people.group, weekday, block.lesson]
        attends = (classroom != NO_LESSON) & (random.random(RESIDENTS) < 0.95)
        place[attends] = FIRST_CLASSROOM + classroom[attends]
    start = random.uniform(*block.arrive, RESIDENTS) * 3600
    end = random.uniform(*block.leave, RESIDENTS) * 3600
    return place, start.astype(np.int64), end.astype(np.int64)
