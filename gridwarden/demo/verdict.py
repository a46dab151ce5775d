"""Verdict: what a demo run raised, held against what truly happened. Pure.

Times are int64 microseconds UTC; delays and durations are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edge.simulate.truth import TruthLine
from edge.wire import Micros

FIVE_KINDS = (
    "hydrant_low_pressure",
    "smoke_alarm",
    "lane_blocked",
    "door_forced",
    "device_silent",
)
ALARMS = ("smoke_alarm", "door_forced")
ALARM_LIMIT_S = 1.0  # ours: an alarm is a case within a second of the event
SLACK_S = 3.0  # ours: truth whose case would be due this close to the end is not judged


@dataclass(frozen=True)
class Raised:
    """A case that was opened, or whose trouble came back, at a time of the hub's clock."""

    kind: str
    device: str
    grid: str
    owner: str | None
    at: Micros


@dataclass(frozen=True)
class Found:
    """One true event and the case it became."""

    truth: TruthLine
    raised: Raised
    rule_s: float
    """How long the rule waits on purpose."""

    @property
    def delay_s(self) -> float:
        """From the event to the case, the rule's own duration included."""
        return (self.raised.at - self.truth.since) / 1e6

    @property
    def beyond_rule_s(self) -> float:
        """From the event to the case, less what the rule waits on purpose."""
        return self.delay_s - self.rule_s


@dataclass(frozen=True)
class Verdict:
    """True events found and missed, and cases that nothing true explains."""

    found: list[Found]
    missed: list[TruthLine]
    unexplained: list[Raised]
    wrong_holder: list[Raised]

    @property
    def alarms(self) -> list[Found]:
        """Those of the kinds that must be instant."""
        return [found for found in self.found if found.truth.kind in ALARMS]

    def cases_by_kind(self) -> dict[str, int]:
        """How many true events of each kind became a case."""
        counts: dict[str, int] = {}
        for found in self.found:
            counts[found.truth.kind] = counts.get(found.truth.kind, 0) + 1
        return counts


def judge(
    truth: Iterable[TruthLine],
    raised: Sequence[Raised],
    *,
    end: Micros,
    durations_s: Mapping[str, float],
    grids: Mapping[str, str],
    wardens: Mapping[str, str],
) -> Verdict:
    """Match what was raised by `end` with what was true.

    `durations_s` is how long each kind's rule waits on purpose; `grids` is each device's leaf grid
    and `wardens` the person answerable for each leaf grid, both by the site's file. A trouble is
    found when its device and kind were raised between its start and its end, and what the rule
    waits. A case of a milder kind on the way to a worse one is explained by that one.
    """
    found: list[Found] = []
    missed: list[TruthLine] = []
    explained: set[int] = set()
    for line in truth:
        wait = durations_s.get(line.kind, 0.0)
        last = line.until if line.until is not None else end
        window = (line.since - 1_000_000, last + _micros(wait + SLACK_S))
        hits = [
            index
            for index, one in enumerate(raised)
            if one.device == line.device
            and one.kind in _explains(line.kind)
            and window[0] <= one.at <= window[1]
        ]
        explained.update(hits)
        if not line.expect_case:
            continue
        exact = [index for index in hits if raised[index].kind == line.kind]
        if exact:
            found.append(Found(line, raised[exact[0]], wait))
        elif line.since + _micros(wait + SLACK_S) <= end and _lasts(line, wait):
            missed.append(line)
    wrong = [
        one
        for one in raised
        if one.device in grids
        and (grids[one.device] != one.grid or wardens.get(one.grid) != one.owner)
    ]
    unexplained = [one for index, one in enumerate(raised) if index not in explained]
    return Verdict(found, missed, unexplained, wrong)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` (0 to 100) of them lie, or None without values."""
    return float(np.percentile(values, share)) if values else None


def _explains(kind: str) -> tuple[str, ...]:
    if kind == "hydrant_no_water":
        return (kind, "hydrant_low_pressure")
    return (kind,)


def _lasts(line: TruthLine, wait_s: float) -> bool:
    return line.until is None or line.until - line.since >= _micros(wait_s + SLACK_S)


def _micros(seconds: float) -> Micros:
    return round(seconds * 1e6)
