"""Judged: what rules would have raised against what was raised and what was true, by kind. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge.simulate.truth import TruthLine
from edge.wire import Micros
from gridwarden.backtest.match import Claim, Matched, match
from gridwarden.backtest.waits import waits_of, worse_of
from hub.anomalies.load import Load, load_of
from hub.plans.domain import Plan


@dataclass(frozen=True)
class Judged:
    """One backtest over [start, end). `truth` and `was_true` are None without a truth file."""

    plan: Plan
    start: Micros
    end: Micros
    would: list[Claim]
    was: list[Claim]
    truth: Matched | None
    was_true: Matched | None

    @property
    def kinds(self) -> list[str]:
        """Every kind that anything is known of."""
        told = {claim.kind for claim in (*self.would, *self.was)}
        return sorted(told | set(self.truth.kinds() if self.truth else ()))

    def of_kind(self, kind: str) -> dict[str, Any]:
        """The figures of one kind; delays are seconds past the rule's own wait."""
        would = {claim.key for claim in self.would if claim.kind == kind}
        was = {claim.key for claim in self.was if claim.kind == kind}
        figures: dict[str, Any] = {
            "would": len(would),
            "was": len(was),
            "same": len(would & was),
            "new": len(would - was),
            "gone": len(was - would),
        }
        for name, matched in (("truth", self.truth), ("was_truth", self.was_true)):
            if matched is not None:
                figures[name] = _figures(matched.of_kind(kind))
        return figures

    def load(self, claims: Sequence[Claim]) -> Load:
        """What one desk would have had to work."""
        return load_of([claim.raised for claim in claims], self.end - self.start)

    def as_dict(self) -> dict[str, Any]:
        """Everything, for programs; times are microseconds UTC."""
        was, would = ({claim.key for claim in claims} for claims in (self.was, self.would))
        return {
            "plan": self.plan.name,
            "from": self.start,
            "to": self.end,
            "kinds": {kind: self.of_kind(kind) for kind in self.kinds},
            "alarms_per_10_min": {
                "would": self.load(self.would).average,
                "was": self.load(self.was).average,
            },
            "new": [_told(claim) for claim in self.would if claim.key not in was],
            "gone": [_told(claim) for claim in self.was if claim.key not in would],
            "missed": [
                {"kind": line.kind, "device": line.device, "from": line.since}
                for line in (self.truth.missed if self.truth else ())
            ],
            "false": [_told(claim) for claim in (self.truth.false if self.truth else ())],
        }


def judged(
    plan: Plan,
    start: Micros,
    end: Micros,
    would: Sequence[Claim],
    was: Sequence[Claim],
    lines: Sequence[TruthLine] | None,
) -> Judged:
    """Hold one against the other; of all three only what fell due within [start, end)."""
    would = [claim for claim in would if start <= claim.raised < end]
    was = [claim for claim in was if start <= claim.raised < end]
    if lines is None:
        return Judged(plan, start, end, would, was, None, None)
    within = [line for line in lines if start <= line.since < end]
    waits, worse = waits_of(plan), worse_of(plan)
    by_rules, by_hub = (
        match(within, claims, end=end, waits_s=waits, worse=worse) for claims in (would, was)
    )
    return Judged(plan, start, end, would, was, by_rules, by_hub)


def _figures(matched: Matched) -> dict[str, Any]:
    delays = [hit.delay_s for hit in matched.hits]
    return {
        "true": len(matched.hits),
        "missed": len(matched.missed),
        "joined": len(matched.joined),
        "short": len(matched.short),
        "false": len(matched.false),
        "twice": len(matched.twice),
        "delay_median_s": _percentile(delays, 50),
        "delay_p95_s": _percentile(delays, 95),
    }


def _percentile(values: Sequence[float], share: float) -> float | None:
    return round(float(np.percentile(values, share)), 3) if values else None


def _told(claim: Claim) -> dict[str, Any]:
    return {
        "kind": claim.kind,
        "device": claim.device,
        "started": claim.started,
        "raised": claim.raised,
    }
