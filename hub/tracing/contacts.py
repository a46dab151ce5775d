"""Contacts: who shared places with whom, for how long at least, likely and at most.

Shapes: columns of one length; times and lengths of time are int64 microseconds (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from hub.tracing.columns import MINUTE, Booleans, Integers, Measure, StayColumns
from hub.tracing.meetings import Meetings, PlaceIndex

CLOSE_MINUTES = 15  # US CDC, 21 October 2020: cumulative, there within 24 h and 6 feet


@dataclass(frozen=True, slots=True)
class Window:
    """From … until …, in microseconds UTC; the end is no part of it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Encounters:
    """Meetings with what they rest on: numbers of the two stays and the shared time.

    `start` and `end` are the longest it may have been; `least`, `likely` and `most` its length.
    """

    one: Integers
    other: Integers
    start: Integers
    end: Integers
    least: Integers
    likely: Integers
    most: Integers

    def __len__(self) -> int:
        return len(self.one)

    def take(self, rows: Integers | Booleans) -> Encounters:
        """Some of the encounters, in the order asked for."""
        return Encounters(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Contacts:
    """Encounters of two persons added up; `meetings` counts them."""

    person: Integers
    other: Integers
    least: Integers
    likely: Integers
    most: Integers
    meetings: Integers
    first: Integers
    last: Integers

    def __len__(self) -> int:
        return len(self.person)

    def by(self, measure: Measure) -> Integers:
        """Time together by one of the three measures."""
        return {"least": self.least, "likely": self.likely, "most": self.most}[measure]

    def take(self, rows: Integers | Booleans) -> Contacts:
        """Some of the contacts, in the order asked for."""
        return Contacts(*(getattr(self, field.name)[rows] for field in fields(self)))


def encounters_of(stays: StayColumns, index: Integers, window: Window) -> Encounters:
    """Every encounter of the index persons within a window, the index person's stay as `one`.

    Two index persons' encounters stand twice, once from either side.
    """
    first, last = clipped(stays.first, stays.last, window)
    mine = np.flatnonzero(np.isin(stays.person, index))
    places = PlaceIndex.of(stays.person, stays.place, first, last)
    met = places.meetings_of(stays.person[mine], stays.place[mine], first[mine], last[mine])
    return measured(stays, Meetings(mine[met.one], met.other, met.start, met.end), window)


def all_encounters(stays: StayColumns, window: Window) -> Encounters:
    """Every encounter of any two persons within a window, once."""
    first, last = clipped(stays.first, stays.last, window)
    met = PlaceIndex.of(stays.person, stays.place, first, last).all_meetings()
    return measured(stays, met, window)


def measured(stays: StayColumns, met: Meetings, window: Window) -> Encounters:
    """How long each meeting lasted by the three measures, within a window."""
    least = _shared(stays, met, "least", window)
    likely = _shared(stays, met, "likely", window)
    return Encounters(met.one, met.other, met.start, met.end, least, likely, met.end - met.start)


def contacts_of(
    stays: StayColumns,
    encounters: Encounters,
    *,
    minutes: int = CLOSE_MINUTES,
    measure: Measure = "likely",
) -> Contacts:
    """Encounters added up by pair; those of at least so many minutes, the longest first.

    With 0 minutes any time together counts, however short, but not none.
    """
    person, other = stays.person[encounters.one], stays.person[encounters.other]
    order = np.lexsort((encounters.start, other, person))
    person, other = person[order], other[order]
    begins = np.flatnonzero(
        np.concatenate([[True], (np.diff(person) != 0) | (np.diff(other) != 0)])[: len(person)]
    )
    if not len(begins):
        none = np.zeros(0, dtype=np.int64)
        return Contacts(none, none, none, none, none, none, none, none)
    added = {
        name: np.add.reduceat(getattr(encounters, name)[order], begins)
        for name in ("least", "likely", "most")
    }
    contacts = Contacts(
        person=person[begins],
        other=other[begins],
        **added,
        meetings=np.diff(begins, append=len(person)),
        first=encounters.start[order][begins],
        last=np.maximum.reduceat(encounters.end[order], begins),
    )
    shared = contacts.by(measure)
    kept = np.flatnonzero((shared > 0) & (shared >= minutes * MINUTE))
    longest_first = np.lexsort((contacts.other[kept], contacts.person[kept], -shared[kept]))
    return contacts.take(kept[longest_first])


def lingering(stays: StayColumns, leavers: Integers, window: Window, *, within: int) -> Meetings:
    """Presence in a place within some time after somebody of `leavers` left it (air, surfaces).

    `one` is the stay of the one who left, `other` that of who was there then or came; start and
    end lie within (left, left + `within`). Likely times count. It is no contact, and is told apart
    from contacts always.
    """
    start, end = clipped(stays.start, stays.end, window)
    left = np.flatnonzero(np.isin(stays.person, leavers) & (end > start) & (end == stays.end))
    places = PlaceIndex.of(stays.person, stays.place, start, end)
    met = places.meetings_of(
        stays.person[left], stays.place[left], end[left], np.minimum(end[left] + within, window.end)
    )
    return Meetings(left[met.one], met.other, met.start, met.end)


def clipped(start: Integers, end: Integers, window: Window) -> tuple[Integers, Integers]:
    """Intervals cut to a window; those outside of it last no time."""
    starts = np.clip(start, window.start, window.end)
    return starts, np.maximum(np.clip(end, window.start, window.end), starts)


def _shared(stays: StayColumns, met: Meetings, measure: Measure, window: Window) -> Integers:
    start, end = clipped(*stays.interval(measure), window)
    begins = np.maximum(start[met.one], start[met.other])
    return np.maximum(np.minimum(end[met.one], end[met.other]) - begins, 0)
