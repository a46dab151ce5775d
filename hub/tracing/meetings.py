"""Meetings: two persons in one place at one time, out of stays; the one kernel of all tracing.

Within a place and sorted by start, the partners of a stay that begin inside it are a contiguous
run, so that sorting and two binary searches find every pair once, without comparing any two stays
that don't meet. Nothing in it looks across places: run it place by place, in as many processes as
there are, and join the answers.

Shapes: columns of one length; times are int64 microseconds UTC. Intervals are half-open: who comes
as the other goes does not meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from hub.tracing.columns import Booleans, ColumnsError, Integers, integers

_KEY_LIMIT = 2**62


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs of stays: numbers of the one and the other, and when both were there."""

    one: Integers
    other: Integers
    start: Integers
    end: Integers

    def __len__(self) -> int:
        return len(self.one)

    def take(self, rows: Integers | Booleans) -> Meetings:
        """Some of the meetings, in the order asked for."""
        return Meetings(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class PlaceIndex:
    """Stays sorted by place and start, ready to be asked many times.

    `row` are the stays' numbers in that order, `key` grows with place and start together, `reach`
    is the longest stay of each place.
    """

    row: Integers
    person: Integers
    place: Integers
    start: Integers
    end: Integers
    key: Integers
    reach: Integers
    origin: int
    span: int

    @classmethod
    def of(cls, person: Integers, place: Integers, start: Integers, end: Integers) -> PlaceIndex:
        """Sort stays; those that last no time at all are left out.

        Raises:
            ColumnsError: places and times span more than 62 bits: ask for fewer at a time.
        """
        row = np.flatnonzero(end > start)
        low = int(start[row].min()) if len(row) else 0
        high = int(end[row].max()) if len(row) else 0
        span, top = high - low + 1, int(place[row].max()) + 1 if len(row) else 1
        if span * (top + 1) >= _KEY_LIMIT:
            raise ColumnsError(
                f"{top} places over {span} µs are too many at once; number places from 0, "
                "or trace a shorter time"
            )
        key = place[row] * span + (start[row] - low)
        order = np.argsort(key, kind="stable")
        row, key = row[order], key[order]
        reach = np.zeros(top, dtype=np.int64)
        np.maximum.at(reach, place[row], end[row] - start[row])
        return cls(row, person[row], place[row], start[row], end[row], key, reach, low, span)

    def all_meetings(self) -> Meetings:
        """Every two stays of different persons that meet, once, the earlier start as `one`."""
        count = len(self.row)
        upto = np.searchsorted(self.key, self.key + (self.end - self.start), side="left")
        one, other = runs(np.arange(1, count + 1), upto)
        keep = self.person[one] != self.person[other]
        one, other = one[keep], other[keep]
        start, end = self.start[other], np.minimum(self.end[one], self.end[other])
        return Meetings(self.row[one], self.row[other], start, end)

    def meetings_of(
        self, person: Integers, place: Integers, start: Integers, end: Integers
    ) -> Meetings:
        """Every meeting of some stays with the indexed ones; `one` numbers the given stays.

        Stays of the same person don't meet.
        """
        asked = np.flatnonzero((end > start) & (place < len(self.reach)))
        base = place[asked] * self.span - self.origin
        since = np.maximum(start[asked] - self.reach[place[asked]], self.origin)
        since = np.minimum(since, self.origin + self.span)
        before = np.clip(end[asked], self.origin, self.origin + self.span)
        begin = np.searchsorted(self.key, base + since, side="left")
        upto = np.searchsorted(self.key, base + before, side="left")
        one, other = runs(begin, upto)
        one = asked[one]
        begins = np.maximum(start[one], self.start[other])
        ends = np.minimum(end[one], self.end[other])
        keep = (ends > begins) & (person[one] != self.person[other])
        return Meetings(one[keep], self.row[other[keep]], begins[keep], ends[keep])


def by_place(place: Integers, most: int) -> Iterator[Integers]:
    """Numbers of the stays in parts of whole places, each about `most` stays, or one place."""
    order = np.argsort(place, kind="stable")
    ends = np.flatnonzero(np.diff(place[order], append=-1))  # last row of each place
    begin = 0
    while begin < len(order):
        wanted = int(np.searchsorted(ends, begin + most - 1, side="right")) - 1
        stop = int(ends[wanted]) + 1 if wanted >= 0 else 0
        if stop <= begin:
            stop = int(ends[int(np.searchsorted(ends, begin))]) + 1
        yield order[begin:stop]
        begin = stop


def runs(begin: Integers, upto: Integers) -> tuple[Integers, Integers]:
    """For each i all of [begin[i], upto[i]): i repeated, and the numbers."""
    counts = np.maximum(upto - begin, 0)
    total = int(counts.sum())
    if not total:
        return integers([]), integers([])
    one = np.repeat(np.arange(len(begin), dtype=np.int64), counts)
    shift = begin - (np.cumsum(counts) - counts)
    return one, np.arange(total, dtype=np.int64) + np.repeat(shift, counts)
