"""People: what a detector must remember of person keys, bounded in number and in age.

Person keys are kept in a detector's state alone, which is stored with the follower's cursor and
nowhere else. No finding carries one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from edge.wire import Micros

MOST_PEOPLE = 20_000  # ours: per detector or place; a campus's people, and half a megabyte of state

V = TypeVar("V")


def remember(
    known: dict[int, V],
    person: int,
    value: V,
    time_of: Callable[[V], Micros],
    oldest: Micros,
    most: int = MOST_PEOPLE,
) -> None:
    """Note what is known of a person, as the newest; forgets who is older than `oldest`.

    `known` is in the order in which people were noted and is changed in place.
    """
    known.pop(person, None)
    known[person] = value
    while len(known) > 1:
        first = next(iter(known))
        if len(known) <= most and time_of(known[first]) >= oldest:
            return
        del known[first]
