"""Gaps: stretches of event time in which a device sent less than it promised. Pure.

A device promises a sign of life at least every `report_s` seconds. It has a gap where it missed
three in a row; the gap lasts from the sign before to the sign after. Gaps are worked out from what
is stored each time they are asked for, so late data closes them. Order and duplicates make no
difference, and more data never opens a gap.

Times are int64 microseconds UTC; a column of them is one-dimensional.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.wire import Micros
from hub.live.domain import MISSED_REPORTS

Times: TypeAlias = NDArray[np.int64]

_SECOND = 1_000_000


class Reporter(Protocol):
    """Whatever promises to report: a device at its spot, a terminal."""

    @property
    def device(self) -> str:
        """The name that it sends under."""
        ...

    @property
    def kind(self) -> str:
        """What it is."""
        ...

    @property
    def report_s(self) -> float:
        """Seconds between two reports at most."""
        ...


class Gap(msgspec.Struct, frozen=True):
    """A hole in a device's record: nothing is stored after `start` and before `until`.

    Cut to the span that was asked for. `missed` says how many reports were promised inside; `open`
    that it lasts until now.
    """

    start: Micros
    until: Micros
    missed: int
    open: bool


class Promise(msgspec.Struct, frozen=True):
    """From `since` on, a sign of life every `every` microseconds (positive)."""

    since: Micros
    every: Micros

    @property
    def patience(self) -> Micros:
        """The longest that two signs of life may lie apart."""
        return MISSED_REPORTS * self.every


class Span(msgspec.Struct, frozen=True):
    """What is asked for, and when it is asked: nothing is owed after `now`."""

    start: Micros
    until: Micros
    now: Micros


def promised(spot: Reporter, since: Micros) -> Promise | None:
    """What a device owes. A reader speaks only when a card is shown and owes nothing."""
    if spot.kind == "reader":
        return None
    return Promise(since, max(1, round(spot.report_s * _SECOND)))


def reach(span: Span, promise: Promise) -> tuple[Micros, Micros]:
    """From when to when signs of life must be known to find the gaps in the span."""
    return span.start - promise.patience, span.until + promise.patience


def find_gaps(times: Times, span: Span, promise: Promise) -> list[Gap]:
    """The gaps inside the span, by time, from all signs of life within `reach`."""
    first, last = reach(span, promise)
    # Nothing is known beyond the reach, and need not be: whatever lies there is too far away.
    begin, end = max(first, promise.since), min(last, span.now)
    if begin >= end:
        return []
    inside = times[(times > begin) & (times < end)]
    heard = np.concatenate((np.array([begin]), np.unique(inside), np.array([end])))
    at = np.flatnonzero(np.diff(heard) > promise.patience)
    starts = np.maximum(heard[at], span.start).tolist()
    untils = np.minimum(heard[at + 1], span.until).tolist()
    return [
        Gap(start, until, -(-(until - start) // promise.every) - 1, until == span.now)
        for start, until in zip(starts, untils, strict=True)
        if start < until
    ]
