"""People: 3,000 residents with homes, cards and a weekly timetable, and the guards.

A resident is a number, a home, a card and a timetable, nothing more. Thirty residents form a
group that attends classes together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.simulate.places import CANTEENS, CLASSROOMS, DORMITORIES
from edge.simulate.rounds import GUARDS

RESIDENTS = 3000
GROUPS = 100
WEEKDAYS, LESSONS = 5, 5
NO_LESSON = -1

ROOMS_PER_FLOOR, BEDS = 25, 4
_GROUPS_PER_CLASSROOM = 2

# Where each kind of visited place starts in `Rooms.visited`.
FIRST_CANTEEN = DORMITORIES
LIBRARY = FIRST_CANTEEN + CANTEENS
CENTRE = LIBRARY + 1
FIRST_CLASSROOM = CENTRE + 1


@dataclass(frozen=True, slots=True)
class People:
    """Residents are counted from 0, guards follow them.

    `dormitory` and `group` are per resident, `room` names the home room within the dormitory;
    `lessons` is [GROUPS, WEEKDAYS, LESSONS]: the classroom's number or NO_LESSON; `cards` are the
    card numbers of residents and guards.
    """

    dormitory: NDArray[np.int64]
    room: tuple[str, ...]
    group: NDArray[np.int64]
    lessons: NDArray[np.int64]
    cards: tuple[str, ...]


def build_people(seed: int) -> People:
    """The same people for the same seed."""
    random = np.random.default_rng((seed, 0x9E0))
    beds = np.arange(RESIDENTS)
    per_dormitory = RESIDENTS // DORMITORIES
    number = beds % per_dormitory // BEDS
    rooms = 100 * (1 + number // ROOMS_PER_FLOOR) + 1 + number % ROOMS_PER_FLOOR
    return People(
        dormitory=beds // per_dormitory,
        room=tuple(str(room) for room in rooms),
        group=random.permutation(RESIDENTS) % GROUPS,
        lessons=_lessons(random),
        cards=_cards(random, RESIDENTS + GUARDS),
    )


def _lessons(random: np.random.Generator) -> NDArray[np.int64]:
    """In each lesson every classroom takes two groups, the other groups are free."""
    table = np.full((GROUPS, WEEKDAYS, LESSONS), NO_LESSON)
    rooms = np.repeat(np.arange(CLASSROOMS), _GROUPS_PER_CLASSROOM)
    for day in range(WEEKDAYS):
        for lesson in range(LESSONS):
            table[random.permutation(GROUPS)[: len(rooms)], day, lesson] = rooms
    return table


def _cards(random: np.random.Generator, count: int) -> tuple[str, ...]:
    """Ten digits each, no two alike."""
    drawn = random.choice(9_000_000, size=count, replace=False)
    return tuple(str(1_000_000_000 + 977 * int(number)) for number in drawn)
