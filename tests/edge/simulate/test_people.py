from __future__ import annotations

from collections import Counter

import numpy as np

from edge.simulate.people import GROUPS, NO_LESSON, build_people


def test_nobody_shares_a_card_and_no_room_has_more_than_four_beds() -> None:
    people = build_people(7)
    assert len(set(people.cards)) == len(people.cards) == 3024
    homes = Counter(zip(people.dormitory.tolist(), people.room, strict=True))
    assert max(homes.values()) == 4


def test_a_group_has_thirty_residents_and_a_classroom_two_groups() -> None:
    people = build_people(7)
    assert np.bincount(people.group).tolist() == [30] * GROUPS
    for day in range(5):
        for lesson in range(5):
            rooms = people.lessons[:, day, lesson]
            assert np.bincount(rooms[rooms != NO_LESSON]).tolist() == [2] * 24
