"""Terminals: the share of a member's time on duty in which the terminal was online.

Times are int64 microseconds UTC; a stretch is from its first until just before its second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from edge.wire import Micros
from hub.plans.schedule import Active, local

Stretch: TypeAlias = tuple[Micros, Micros]

MINUTE: Micros = 60_000_000  # ours: to the minute is how duty is told


class TerminalRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[terminals]` of a plan: when members are on duty; without hours, always."""

    on_duty: list[Active] = []
    source: dict[str, str] = {}


NO_TERMINAL_RULES = TerminalRules()


class Presence(msgspec.Struct, frozen=True):
    """How much of its member's time on duty a terminal was online."""

    on_duty: Micros
    online: Micros

    @property
    def share(self) -> float | None:
        """0 to 1; None if the member had no duty in that time."""
        return self.online / self.on_duty if self.on_duty else None


def duty(span: Stretch, rules: TerminalRules, zone: ZoneInfo) -> list[Stretch]:
    """When members are on duty within a span, by the plan's hours on the clock of `zone`."""
    start, until = span
    if start >= until:
        return []
    if not rules.on_duty:
        return [span]
    edges = range(start // MINUTE * MINUTE, until, MINUTE)
    runs = groupby(edges, lambda at: any(one.holds(local(at, zone)) for one in rules.on_duty))
    found: list[Stretch] = []
    for on, minutes in runs:
        run = list(minutes)
        if on:
            found.append((max(start, run[0]), min(until, run[-1] + MINUTE)))
    return found


def without(stretches: Iterable[Stretch], away: Sequence[Stretch]) -> list[Stretch]:
    """The stretches, in order, without what lies in any of `away`."""
    left = list(stretches)
    for gone_from, gone_until in away:
        left = [
            (first, last)
            for start, until in left
            for first, last in ((start, min(until, gone_from)), (max(start, gone_until), until))
            if first < last
        ]
    return left


def presence(on_duty: Iterable[Stretch], gaps: Sequence[Stretch]) -> Presence:
    """How much of the time on duty lies outside of the gaps in the terminal's record."""
    wanted = list(on_duty)
    return Presence(_length(wanted), _length(without(wanted, gaps)))


def _length(stretches: Iterable[Stretch]) -> Micros:
    return sum(until - start for start, until in stretches)
