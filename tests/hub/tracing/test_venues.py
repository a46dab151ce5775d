"""Venues: where index persons were with others, ranked."""

from __future__ import annotations

from hub.tracing.columns import integers
from hub.tracing.contacts import Window, encounters_of
from hub.tracing.venues import venues_of
from tests.hub.tracing.make import MINUTE, stays_of

ALWAYS = Window(-(2**60), 2**60)


def test_the_place_with_most_exposed_others_stands_first_with_its_times() -> None:
    """EP-03 in part: shared exposure; index persons don't count as exposed by each other."""
    stays = stays_of(
        [
            (1, 0, 0, 30), (2, 0, 10, 40), (3, 0, 0, 5),  # a room with one index person and two
            (1, 1, 40, 50), (9, 1, 45, 60), (4, 1, 40, 90),  # one with two index persons and one
            (1, 2, 70, 80),  # alone
            (5, 3, 0, 90), (6, 3, 0, 90),  # no index person at all
        ]
    )  # fmt: skip
    index = integers([1, 9])
    found = venues_of(stays, index, encounters_of(stays, index, ALWAYS), ALWAYS)
    assert found.place.tolist() == [0, 1, 2]
    assert found.exposed.tolist() == [2, 1, 0]
    assert found.index_persons.tolist() == [1, 2, 1]
    assert (found.together // MINUTE).tolist() == [25, 25, 0]
    assert (found.start // MINUTE).tolist() == [0, 40, 70]
    assert (found.end // MINUTE).tolist() == [30, 60, 80]


def test_nobody_was_nowhere() -> None:
    stays = stays_of([(1, 0, 0, 30)])
    index = integers([7])
    assert len(venues_of(stays, index, encounters_of(stays, index, ALWAYS), ALWAYS)) == 0
