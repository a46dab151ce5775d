"""Rings: who may have been infected by whom, contact by contact and never against time.

The first ring touched an index person, the second the first, and so on. A contact counts for the
next ring only after the person was exposed, plus a latency. Backward the same is asked of time
running the other way: who may have infected the index person.

Shapes: columns of one length; times and lengths of time are int64 microseconds (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

import numpy as np

from hub.tracing.columns import (
    MINUTE,
    NEVER,
    NONE,
    Booleans,
    Integers,
    Measure,
    StayColumns,
    integers,
)
from hub.tracing.contacts import CLOSE_MINUTES, Window, clipped
from hub.tracing.meetings import Meetings, PlaceIndex, runs

TraceDirection: TypeAlias = Literal["forward", "backward"]


@dataclass(frozen=True, slots=True)
class RingRules:
    """What counts: cumulative `minutes` by `measure`, `latency` before a person passes on.

    `minutes` 0: any time together, however short. `depth` is how many rings are wanted.
    """

    minutes: int = CLOSE_MINUTES
    measure: Measure = "likely"
    latency: int = 0
    depth: int = 2
    direction: TraceDirection = "forward"


@dataclass(frozen=True, slots=True)
class Exposures:
    """Who was exposed by whom, when that was complete, and their time together from then on back.

    `together` is all time with the source that counted, also after the exposure was complete.
    """

    target: Integers
    source: Integers
    moment: Integers
    together: Integers

    def __len__(self) -> int:
        return len(self.target)

    def take(self, rows: Integers | Booleans) -> Exposures:
        """Some of the exposures, in the order asked for."""
        return Exposures(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Rings:
    """Persons by ring and time; ring 0 are the index persons.

    `exposed` is the earliest moment at which an exposure of the person was complete, by as many
    contacts as its ring or, where earlier, by more, though fewer than the depth asked for
    (backward: the latest from which on it could be). `source` is whom it was with then, `NONE` for
    index persons, and `together` their time.
    """

    person: Integers
    ring: Integers
    exposed: Integers
    source: Integers
    together: Integers
    steps: tuple[Exposures, ...]

    def __len__(self) -> int:
        return len(self.person)

    def chain_to(self, person: int) -> Exposures:
        """A shortest chain of contacts from an index person to this one, in its order.

        Of several the one that is complete first. Empty for an index person, and for who was not
        reached.
        """
        links: list[Exposures] = []
        level = len(self.steps)
        found = self.ring[self.person == person]
        if len(found):
            level = min(level, int(found[0]))
        while level > 0:
            at = np.flatnonzero(self.steps[level - 1].target == person)
            if len(at):
                link = self.steps[level - 1].take(at)
                links.append(link)
                person = int(link.source[0])
            level -= 1
        return _joined(links[::-1])


def rings_of(
    stays: StayColumns, index: Integers, window: Window, rules: RingRules | None = None
) -> Rings:
    """Trace some index persons, all of whom pass on (backward: were exposed) within the window.

    The window bounds all rings. An exposure is complete when the time with one source, counted
    from when that source passes on, reaches the minutes asked for; with 0 minutes, when it
    begins. A person stands in the first ring it is reached in.
    """
    rules = rules or RingRules()
    start, end = clipped(*stays.interval(rules.measure), window)
    if rules.direction == "forward":
        return _Search(stays, start, end, rules).run(index, window.start)
    found = _Search(stays, -end, -start, rules).run(index, -window.end)
    steps = tuple(
        Exposures(step.target, step.source, -step.moment, step.together) for step in found.steps
    )
    return Rings(found.person, found.ring, -found.exposed, found.source, found.together, steps)


class _Search:
    """Level by level: what one more contact adds to the earliest exposure of everybody.

    A source's exposure may get earlier at a later level, by more contacts; then it is asked again,
    because it may reach further. In the last level only who is not reached yet matters.
    """

    def __init__(
        self, stays: StayColumns, start: Integers, end: Integers, rules: RingRules
    ) -> None:
        self._names, person = np.unique(stays.person, return_inverse=True)
        self._person: Integers = person.astype(np.int64)
        self._place, self._start, self._end = stays.place, start, end
        self._rules = rules
        self._index = PlaceIndex.of(self._person, self._place, start, end)
        self._rows = np.argsort(self._person, kind="stable")
        self._bounds = np.searchsorted(
            self._person[self._rows], np.arange(len(self._names) + 1)
        ).astype(np.int64)
        self._ring, self._source = np.full((2, len(self._names)), NONE, dtype=np.int64)
        self._exposed, self._passes_on = np.full((2, len(self._names)), NEVER, dtype=np.int64)
        self._together = np.zeros(len(self._names), dtype=np.int64)

    def run(self, index: Integers, since: int) -> Rings:
        seeds = np.flatnonzero(np.isin(self._names, index))
        self._ring[seeds] = 0
        self._exposed[seeds] = self._passes_on[seeds] = since
        changed, steps = seeds, list[Exposures]()
        for level in range(1, self._rules.depth + 1):
            last = level == self._rules.depth
            found = self._exposures(self._met_last(changed) if last else self._met(changed))
            found = found.take(found.moment < self._exposed[found.target])
            self._take(found, level)
            steps.append(self._named(found))
            changed = found.target
            if not len(changed):
                break
        reached = np.flatnonzero(self._ring != NONE)
        by_time = np.lexsort((self._exposed[reached], self._ring[reached]))
        reached = reached[by_time]
        source = self._source[reached]
        return Rings(
            self._names[reached],
            self._ring[reached],
            self._exposed[reached],
            np.where(source == NONE, NONE, self._names[source]),
            self._together[reached],
            tuple(steps),
        )

    def _take(self, found: Exposures, level: int) -> None:
        self._ring[found.target] = np.where(
            self._ring[found.target] == NONE, level, self._ring[found.target]
        )
        self._exposed[found.target] = found.moment
        self._passes_on[found.target] = found.moment + self._rules.latency
        self._source[found.target] = found.source
        self._together[found.target] = found.together

    def _met(self, sources: Integers) -> Meetings:
        """Meetings of some persons from when they pass on, the source's stay as `one`."""
        rows = self._stays_of(sources)
        rows = rows[self._end[rows] > self._passes_on[self._person[rows]]]
        met = self._meetings(rows)
        return self._after_passing_on(met)

    def _met_last(self, sources: Integers) -> Meetings:
        """The same with who is not reached yet, asked from the side that has fewer stays."""
        unreached = self._ring == NONE
        targets = np.flatnonzero(unreached)
        rows = self._stays_of(targets)
        if len(rows) >= len(self._stays_of(sources)):
            met = self._met(sources)
            return met.take(unreached[self._person[met.other]])
        asked = np.zeros(len(self._names), dtype=bool)
        asked[sources] = True
        met = self._meetings(rows)
        met = met.take(asked[self._person[met.other]])
        return self._after_passing_on(Meetings(met.other, met.one, met.start, met.end))

    def _after_passing_on(self, met: Meetings) -> Meetings:
        begins = np.maximum(met.start, self._passes_on[self._person[met.one]])
        keep = met.end > begins
        return Meetings(met.one, met.other, begins, met.end).take(keep)

    def _meetings(self, rows: Integers) -> Meetings:
        met = self._index.meetings_of(
            self._person[rows], self._place[rows], self._start[rows], self._end[rows]
        )
        return Meetings(rows[met.one], met.other, met.start, met.end)

    def _stays_of(self, persons: Integers) -> Integers:
        _, at = runs(self._bounds[persons], self._bounds[persons + 1])
        return self._rows[at]

    def _exposures(self, met: Meetings) -> Exposures:
        """For each target the exposure that is complete first, of equals one."""
        pair = self._person[met.other] * len(self._names) + self._person[met.one]
        order = np.lexsort((met.start, pair))
        pair, start = pair[order], met.start[order]
        length = met.end[order] - start
        begins = np.flatnonzero(np.diff(pair, prepend=-1))
        if not len(begins):
            none = integers([])
            return Exposures(none, none, none, none)
        upto = np.append(begins[1:], len(pair))
        running = np.cumsum(length)
        before = (running - length)[begins]
        total = running[upto - 1] - before
        wanted = self._rules.minutes * MINUTE
        enough = np.flatnonzero(total >= wanted)
        at = np.searchsorted(running, before[enough] + max(wanted, 1), side="left")
        moment = start[at] + before[enough] + wanted - (running - length)[at]
        target, source = np.divmod(pair[begins[enough]], len(self._names))
        first = np.lexsort((source, moment, target))
        first = first[np.diff(target[first], prepend=-1) != 0]
        return Exposures(target[first], source[first], moment[first], total[enough][first])

    def _named(self, found: Exposures) -> Exposures:
        return Exposures(
            self._names[found.target], self._names[found.source], found.moment, found.together
        )


def _joined(links: list[Exposures]) -> Exposures:
    none = [integers([])]
    return Exposures(
        *(
            np.concatenate([getattr(link, field.name) for link in links] or none)
            for field in fields(Exposures)
        )
    )
