"""Columns: swipes and stays as numpy arrays, the form in which tracing computes.

Shapes: the columns of one table are one-dimensional and of one length. Times are int64 microseconds
UTC. Persons and places are int64 numbers that the caller chooses; places count from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]
Measure: TypeAlias = Literal["least", "likely", "most"]

MINUTE = 60_000_000
HOUR = 60 * MINUTE
NEVER = 2**62  # later than any time; mirrored, earlier than any
NONE = -1  # no such swipe


class ColumnsError(ValueError):
    """Columns that don't fit together; the text says which."""


@dataclass(frozen=True, slots=True)
class SwipeColumns:
    """Uses of cards at readers. `direction` is that of the wire: 0 unknown, 1 in, 2 out."""

    time: Integers
    person: Integers
    place: Integers
    direction: Integers
    granted: Booleans

    def __post_init__(self) -> None:
        """Check that all columns are of one length."""
        _check_lengths(self)

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True)
class StayColumns:
    """One person in one place, within three nested intervals.

    The person was surely there in [`sure_start`, `sure_end`), likely in [`start`, `end`), and at
    most in [`first`, `last`). A known moment is the same in all three. `opened_by` and `closed_by`
    are the numbers of the swipes it rests on, `NONE` where there is none.
    """

    person: Integers
    place: Integers
    first: Integers
    start: Integers
    sure_start: Integers
    sure_end: Integers
    end: Integers
    last: Integers
    opened_by: Integers
    closed_by: Integers

    def __post_init__(self) -> None:
        """Check that all columns are of one length."""
        _check_lengths(self)

    def __len__(self) -> int:
        return len(self.person)

    def interval(self, measure: Measure) -> tuple[Integers, Integers]:
        """Starts and ends by one of the three measures."""
        match measure:
            case "least":
                return self.sure_start, self.sure_end
            case "likely":
                return self.start, self.end
            case "most":
                return self.first, self.last

    def take(self, rows: Integers | Booleans | slice) -> StayColumns:
        """Some of the stays, in the order asked for."""
        return StayColumns(*(getattr(self, field.name)[rows] for field in fields(self)))


def join_stays(parts: Sequence[StayColumns]) -> StayColumns:
    """Several tables of stays as one."""
    return StayColumns(
        *(
            np.concatenate([getattr(part, field.name) for part in parts] or [integers([])])
            for field in fields(StayColumns)
        )
    )


def known_stays(person: Integers, place: Integers, start: Integers, end: Integers) -> StayColumns:
    """Stays whose start and end are known."""
    none = np.full(len(person), NONE, dtype=np.int64)
    return StayColumns(person, place, start, start, start, end, end, end, none, none)


def integers(values: Sequence[int] | NDArray[np.integer]) -> Integers:
    """A column of whole numbers."""
    return np.asarray(values, dtype=np.int64)


def _check_lengths(table: SwipeColumns | StayColumns) -> None:
    lengths = {field.name: len(getattr(table, field.name)) for field in fields(table)}
    if len(set(lengths.values())) > 1:
        raise ColumnsError(f"columns of unequal length: {lengths}")
