"""Breach: a condition that lasts long enough is raised, and over when it was good long enough.

Several rules of one quantity are judged together, the worse before the milder that they
supersede: while a worse one is raised, or falls due no later than `PASSING` after it, the milder
one is not raised, so that one trouble is raised once. Between readings the last one holds, no
longer than `HOLD_REPORTS` report intervals: a breach that two readings have shown falls due by the
clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import Finding
from hub.anomalies.domain import Anomaly, Recovery
from hub.plans.domain import Rule

# Ours: who falls to a worse limit passes the milder one on the way, and is told of once.
PASSING: Micros = 3_000_000

R = TypeVar("R", bound=Rule)


class Watch(msgspec.Struct, frozen=True, array_like=True):
    """One device breaking one rule since `since`, at `broke` for the last time, with `value`.

    Once it is raised, it has been good since `good`.
    """

    since: Micros
    raised: bool = False
    good: Micros | None = None
    broke: Micros = 0
    value: float = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """How a breach of one rule is judged and told."""

    name: str
    rule: Rule
    duration: Micros
    clear: Micros
    quiet: Micros | None
    limit: float | None
    unit: str
    quantity: str

    def anomaly(self, device: str, watch: Watch) -> Anomaly:
        """The breach as it is raised."""
        rule = self.rule
        return Anomaly(
            rule=self.name,
            kind=rule.kind,
            device=device,
            started=watch.since,
            raised=watch.since + self.duration,
            value=watch.value,
            limit=self.limit,
            unit=self.unit,
            quantity=self.quantity,
            grade=rule.grade,
            supersedes=tuple(rule.supersedes),
            veto=rule.veto,
        )

    def recovery(
        self, device: str, watch: Watch, at: Micros, value: float | None = None
    ) -> Recovery:
        """The end of a raised breach."""
        return Recovery(
            rule=self.name,
            kind=self.rule.kind,
            device=device,
            started=watch.since,
            recovered=at,
            value=value,
        )


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges one device's readings by the terms of several rules, worse rules first."""

    terms: Sequence[Terms]

    def reading(
        self,
        device: str,
        before: Mapping[str, Watch],
        time: Micros,
        value: float,
        breaks: Sequence[bool],
        clears: Sequence[bool],
        found: list[Finding],
    ) -> dict[str, Watch]:
        """The device's watches after one reading that breaks and clears these of the rules."""
        after: dict[str, Watch] = {}
        held: dict[str, Micros] = {}
        for number, terms in enumerate(self.terms):
            watch = _advance(
                terms, before.get(terms.name), time, value, breaks[number], clears[number]
            )
            if watch is not None:
                watch = self._settle(terms, device, watch, time, held, found, value)
            if watch is not None:
                after[terms.name] = watch
        return after

    def lapse(
        self, device: str, before: Mapping[str, Watch], until: Micros, found: list[Finding]
    ) -> dict[str, Watch]:
        """The device's watches when nothing was heard `until` then."""
        after: dict[str, Watch] = {}
        held: dict[str, Micros] = {}
        for terms in self.terms:
            watch = before.get(terms.name)
            if watch is not None:
                watch = self._settle(terms, device, watch, until, held, found, None)
            if watch is not None:
                after[terms.name] = watch
        return after

    def _settle(
        self,
        terms: Terms,
        device: str,
        watch: Watch,
        now: Micros,
        held: dict[str, Micros],
        found: list[Finding],
        value: float | None,
    ) -> Watch | None:
        """Raise what has lasted and end what is over; None: the watch is over.

        `held` is when the worst rule that supersedes a kind falls due, 0 once it is raised.
        """
        due = watch.since + terms.duration
        for milder in terms.rule.supersedes:
            held[milder] = min(held.get(milder, due), 0 if watch.raised else due)
        if not watch.raised:
            shown = value is not None or watch.broke > watch.since
            worse_due = held.get(terms.rule.kind)
            if not shown or now < due or (worse_due is not None and worse_due <= due + PASSING):
                return watch
            found.append(terms.anomaly(device, watch))
            return msgspec.structs.replace(watch, raised=True)
        over = None
        if terms.quiet is not None:
            over = watch.broke + terms.quiet
        elif watch.good is not None:
            over = watch.good + terms.clear
        if over is None or now < over:
            return watch
        found.append(terms.recovery(device, watch, over, value))
        return None


def worst_first(rules: Mapping[str, R]) -> dict[str, R]:
    """The rules in the order in which they are judged: none before one that supersedes it."""
    rank = dict.fromkeys(rules, 0)
    for _ in rules:  # a chain is no longer than there are rules
        for rule_name, rule in rules.items():
            for name, other in rules.items():
                if other.kind in rule.supersedes:
                    rank[name] = max(rank[name], min(rank[rule_name] + 1, len(rules)))
    return dict(sorted(rules.items(), key=lambda item: rank[item[0]]))


def _advance(
    terms: Terms, watch: Watch | None, time: Micros, value: float, breaks: bool, clears: bool
) -> Watch | None:
    if breaks:
        since = time if watch is None else watch.since
        return Watch(since, watch is not None and watch.raised, None, time, value)
    if watch is None or not watch.raised:
        return None
    if terms.quiet is not None:
        return watch
    good = (time if watch.good is None else watch.good) if clears else None
    return msgspec.structs.replace(watch, good=good)
