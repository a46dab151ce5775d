"""Stays: one person in one place from … to …, folded from swipes.

Shapes: every column is one-dimensional and of one length; times are int64 microseconds UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal, TypeAlias

import numpy as np

from hub.tracing.columns import (
    MINUTE,
    NEVER,
    NONE,
    Booleans,
    Integers,
    StayColumns,
    SwipeColumns,
    join_stays,
)
from hub.tracing.places import PlaceRules, local_days

OverLong: TypeAlias = Literal["drop", "cut"]
UNKNOWN, IN, OUT = 0, 1, 2
DOUBLE = 2 * MINUTE  # ours: who holds a card up twice does it within two minutes


@dataclass(frozen=True, slots=True)
class FoldCounts:
    """What became of the swipes, and of how many stays each end had to be guessed.

    `swipes` were given, of which `denied` and `doubles` open and close nothing. `paired` stays have
    both swipes; `entry_only` ones lie at places without exit readers; `missing_exits` and
    `missing_entries` lie where there are such readers and the swipe was not made. `unended` stays
    had no later swipe of their person. `over_long` stays were dropped or cut, as was asked for.
    `overnight` stays go on past a local midnight.
    """

    swipes: int
    denied: int
    doubles: int
    stays: int
    paired: int
    entry_only: int
    missing_exits: int
    missing_entries: int
    unended: int
    over_long: int
    overnight: int


def correct_clocks(swipes: SwipeColumns, ahead: Integers) -> SwipeColumns:
    """Swipes at their true times, given by how much each swipe's reader's clock is ahead."""
    return SwipeColumns(
        swipes.time - ahead, swipes.person, swipes.place, swipes.direction, swipes.granted
    )


def fold_stays(
    swipes: SwipeColumns,
    places: PlaceRules,
    *,
    over_long: OverLong = "drop",
    until: int | None = None,
) -> tuple[StayColumns, FoldCounts]:
    """Fold swipes, in any order, into stays ordered by person and time, and say how it went.

    A stay opens at a granted entry (or a swipe without direction) and closes at the exit from the
    same place, if that is the person's next swipe. Without it the end has only bounds: surely
    there at the swipe, at most until the person's next swipe, the place's closing or its longest
    dwell, whichever comes first; likely as long as the place's typical dwell within that. An exit
    without its entry is the mirror image. Between an entry and an exit elsewhere, neither with its
    other half, the person likely changed places half-way. A person's last stay lasts at most
    until `until`.

    An exit more than the place's longest dwell after its entry is not taken for its exit: one
    was missed between. A stay that nothing bounds within the longest dwell (no later swipe, no
    `until`) is over-long. `drop` forgets such stays; `cut` ends them at the longest dwell. So a
    stay depends on swipes within twice the longest dwell (`reach_of`) and on no others.

    A swipe that only repeats the one before (same person, place and direction, within `DOUBLE`;
    without direction: at the same time) is a double. Swipes of one person at one time stay in
    their given order.
    """
    rows, denied, doubles = _counted_swipes(swipes)
    runs = _Runs.of(swipes, rows, places)
    entries, over_entries = _from_entries(runs, places, over_long, until)
    exits, over_exits = _from_exits(runs, places, over_long)
    stays = join_stays([entries, exits])
    stays = stays.take(np.lexsort((stays.end, stays.start, stays.person)))

    has_exits = np.zeros(len(places.longest), dtype=bool)
    has_exits[runs.place[runs.leaves]] = True
    open_ended = ~runs.leaves & ~runs.paired
    counts = FoldCounts(
        swipes=len(swipes),
        denied=denied,
        doubles=doubles,
        stays=len(stays),
        paired=int(runs.paired.sum()),
        entry_only=int((open_ended & ~has_exits[runs.place]).sum()),
        missing_exits=int((open_ended & has_exits[runs.place]).sum()),
        missing_entries=int(runs.orphaned.sum()),
        unended=int((open_ended & ~runs.followed).sum()),
        over_long=over_entries + over_exits,
        overnight=_overnight(stays, places.zone),
    )
    return stays, counts


@dataclass(frozen=True, slots=True)
class _Runs:
    """Swipes that count, by person and time, each seen beside its neighbours.

    `paired`: an entry whose exit comes next; `orphaned`: an exit without its entry; `followed` and
    `preceded`: the person has a later, an earlier swipe.
    """

    row: Integers
    time: Integers
    person: Integers
    place: Integers
    leaves: Booleans
    paired: Booleans
    orphaned: Booleans
    followed: Booleans
    preceded: Booleans

    @classmethod
    def of(cls, swipes: SwipeColumns, rows: Integers, places: PlaceRules) -> _Runs:
        person, place, time = swipes.person[rows], swipes.place[rows], swipes.time[rows]
        leaves = swipes.direction[rows] == OUT
        followed, preceded = np.zeros((2, len(rows)), dtype=bool)
        followed[:-1] = person[1:] == person[:-1]
        preceded[1:] = followed[:-1]
        paired, closes = np.zeros((2, len(rows)), dtype=bool)
        paired[:-1] = followed[:-1] & ~leaves[:-1] & leaves[1:] & (place[1:] == place[:-1])
        paired[:-1] &= np.diff(time) <= places.longest[place[:-1]]
        closes[1:] = paired[:-1]
        orphaned = leaves & ~closes
        return cls(rows, time, person, place, leaves, paired, orphaned, followed, preceded)


def reach_of(places: PlaceRules) -> int:
    """How far before and after a swipe others may matter for the stays that it makes."""
    return 2 * int(places.longest.max(initial=0)) + DOUBLE


def _from_entries(
    runs: _Runs, places: PlaceRules, over_long: OverLong, until: int | None
) -> tuple[StayColumns, int]:
    at = np.flatnonzero(~runs.leaves)
    following = np.minimum(at + 1, len(runs.time) - 1)
    time, place, followed = runs.time[at], runs.place[at], runs.followed[at]
    bound = np.where(followed, runs.time[following], NEVER if until is None else until)
    bound = np.where(runs.paired[at], bound, np.minimum(bound, places.next_closing(place, time)))
    bound = np.maximum(bound, time)
    limit = time + places.longest[place]
    over = bound > limit
    last = np.where(over, limit, bound)
    paired = runs.paired[at]
    half_way = np.where(followed, (time + runs.time[following]) // 2, last)
    likely = np.where(followed & runs.orphaned[following], np.minimum(half_way, last), last)
    typical = places.typical[place]
    likely = np.where(~paired & (typical > 0), np.minimum(likely, time + typical), likely)
    stays = StayColumns(
        person=runs.person[at],
        place=place,
        first=time,
        start=time,
        sure_start=time,
        sure_end=np.where(paired, last, time),
        end=likely,
        last=last,
        opened_by=runs.row[at],
        closed_by=np.where(paired, runs.row[following], NONE),
    )
    return (stays.take(~over) if over_long == "drop" else stays), int(over.sum())


def _from_exits(runs: _Runs, places: PlaceRules, over_long: OverLong) -> tuple[StayColumns, int]:
    at = np.flatnonzero(runs.orphaned)
    before = np.maximum(at - 1, 0)
    time, place = runs.time[at], runs.place[at]
    bound = np.where(runs.preceded[at], runs.time[before], -NEVER)
    bound = np.maximum(bound, places.last_opening(place, time))
    limit = time - places.longest[place]
    over = bound < limit
    first = np.where(over, limit, bound)
    shared = runs.preceded[at] & ~runs.leaves[before]
    likely = np.where(shared, (runs.time[before] + time + 1) // 2, first)
    likely = np.maximum(likely, first)
    typical = places.typical[place]
    likely = np.where(typical > 0, np.maximum(likely, time - typical), likely)
    stays = StayColumns(
        person=runs.person[at],
        place=place,
        first=first,
        start=likely,
        sure_start=time,
        sure_end=time,
        end=time,
        last=time,
        opened_by=np.full(len(at), NONE, dtype=np.int64),
        closed_by=runs.row[at],
    )
    return (stays.take(~over) if over_long == "drop" else stays), int(over.sum())


def _counted_swipes(swipes: SwipeColumns) -> tuple[Integers, int, int]:
    """Numbers of the swipes that count, by person and time; how many were denied, how many double.

    Of a row of doubles the first counts, however long the row.
    """
    rows = np.flatnonzero(swipes.granted)
    rows = rows[np.lexsort((swipes.time[rows], swipes.person[rows]))]
    direction, time = swipes.direction[rows], swipes.time[rows]
    again = np.zeros(len(rows), dtype=bool)
    again[1:] = (
        (np.diff(swipes.person[rows]) == 0)
        & (np.diff(swipes.place[rows]) == 0)
        & (np.diff(direction) == 0)
        & (np.diff(time) <= np.where(direction[1:] == UNKNOWN, 0, DOUBLE))
    )
    return rows[~again], len(swipes) - len(rows), int(again.sum())


def _overnight(stays: StayColumns, zone: tzinfo) -> int:
    ends = np.maximum(stays.start, stays.end - 1)
    return int((local_days(stays.start, zone) != local_days(ends, zone)).sum())
