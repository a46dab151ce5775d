"""Reporter: from findings in every frame to one report as an event begins, then one a second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from edge.vision.finding import Finding

REPEAT_S = 1.0  # the wire's promise: repeated about every second while it lasts
ENDED_S = 3.0  # ours: so long unseen, and the next sight is a new event


class Report(NamedTuple):
    """A finding that is worth a detection; the first of an event carries a snapshot."""

    finding: Finding
    first: bool


@dataclass(slots=True)
class _Event:
    seen_s: float
    reported_s: float


@dataclass(slots=True)
class Reporter:
    """The events of one camera that last."""

    _events: dict[tuple[str, str], _Event] = field(default_factory=dict[tuple[str, str], _Event])

    def step(self, findings: Iterable[Finding], time_s: float) -> list[Report]:
        """What of one frame's findings to report."""
        reports: list[Report] = []
        for finding in findings:
            key = finding.kind, finding.zone
            event = self._events.get(key)
            if event is None or time_s - event.seen_s > ENDED_S:
                self._events[key] = _Event(time_s, time_s)
                reports.append(Report(finding, first=True))
                continue
            event.seen_s = time_s
            if time_s - event.reported_s >= REPEAT_S:
                event.reported_s = time_s
                reports.append(Report(finding, first=False))
        return reports
