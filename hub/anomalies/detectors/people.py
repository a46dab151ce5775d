"""People: what a detector must remember of person keys, bounded in number and in age.

Person keys are kept in a detector's state alone, which is stored with the follower's cursor and
nowhere else. No finding carries one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from edge.wire import Micros

MOST_PEOPLE = 20_000  # ours: per detector or place; a campus's people, and half a megabyte of state

FORGET: Micros = 86_400_000_000  # ours: a day; what a spool brings late meets its like by then

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


def forget(known: dict[int, V], time_of: Callable[[V], Micros], now: Micros) -> dict[int, V]:
    """Who is known without those of more than a day ago; the same object if there are none."""
    if not known or time_of(next(iter(known.values()))) >= now - FORGET:
        return known
    return {person: value for person, value in known.items() if time_of(value) >= now - FORGET}
