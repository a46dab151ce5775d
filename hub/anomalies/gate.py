"""Gate: what is found passes it only when its rule may raise: schedules, conditions, shut-offs.

What may not pass is held while it is broken and asked again every full minute, so that it is
raised when its hours begin, and at the very end of a shut-off. What a shut-off holds back is told
at once as a `muted` anomaly, an entry of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import Finding
from hub.anomalies.domain import Anomaly
from hub.plans.domain import Plan
from hub.plans.schedule import local
from hub.plans.when import compiled
from hub.sites.domain import Spot

MINUTE: Micros = 60_000_000
_ASKED_AT_MOST = 1500  # full minutes looked at in one go; ours: a day's, whatever the schedule


class Mute(NamedTuple):
    """A planned shut-off of a device, from `since` up to `until` (event time)."""

    device: str
    since: Micros
    until: Micros


class GateState(msgspec.Struct, frozen=True):
    """What is held back, by its key, and up to when it was asked for."""

    held: dict[int, Anomaly] = {}
    asked: Micros = 0


class Gate:
    """Decides by a plan's schedules and conditions, and by the planned shut-offs."""

    def __init__(self, plan: Plan, spots: Mapping[str, Spot], mutes: Iterable[Mute] = ()) -> None:
        self._rules = plan.active()
        self._plan = plan
        self._spots = spots
        self._mutes: dict[str, list[Mute]] = {}
        for mute in mutes:
            self._mutes.setdefault(mute.device, []).append(mute)

    def let_through(
        self, state: GateState, found: Iterable[Finding]
    ) -> tuple[GateState, list[Finding]]:
        """What of the findings may pass; the rest is held."""
        held, passed = dict(state.held), list[Finding]()
        for finding in found:
            if not isinstance(finding, Anomaly):
                held.pop(finding.key, None)
                passed.append(finding)
            elif finding.muted:
                passed.append(finding)  # it was held already
            elif self._is_muted(finding, finding.raised):
                held[finding.key] = finding
                passed.append(msgspec.structs.replace(finding, muted=True))
            elif self._may_raise(finding, finding.raised):
                passed.append(finding)
            else:
                held[finding.key] = finding
        if held == state.held:
            return state, passed
        return GateState(held, state.asked), passed

    def due(self, state: GateState, now: Micros) -> tuple[GateState, list[Finding]]:
        """What is held and may pass at a full minute since the last look, or a shut-off's end."""
        minute = now - now % MINUTE
        if not state.held:
            return state, []
        if minute <= state.asked and not any(self._ends(one, now) for one in state.held.values()):
            return state, []
        held, passed = dict(state.held), list[Finding]()
        for key, anomaly in state.held.items():
            if anomaly.rule not in self._rules:
                del held[key]  # the plan lost the rule
                continue
            start = max(state.asked, anomaly.raised - anomaly.raised % MINUTE) + MINUTE
            start = max(start, minute - _ASKED_AT_MOST * MINUTE)
            for at in sorted([*range(start, minute + 1, MINUTE), *self._ends(anomaly, now)]):
                if not self._is_muted(anomaly, at) and self._may_raise(anomaly, at):
                    passed.append(msgspec.structs.replace(anomaly, raised=at))
                    del held[key]
                    break
        return GateState(held, max(minute, state.asked)), passed

    def _ends(self, anomaly: Anomaly, now: Micros) -> list[Micros]:
        """Ends of shut-offs of its device since it was raised."""
        mutes = self._mutes.get(anomaly.device, ())
        return [mute.until for mute in mutes if anomaly.raised < mute.until <= now]

    def _is_muted(self, anomaly: Anomaly, at: Micros) -> bool:
        if not self._rules[anomaly.rule].muted_by_shut_off:
            return False
        mutes = self._mutes.get(anomaly.device, ())
        return any(mute.since <= at < mute.until for mute in mutes)

    def _may_raise(self, anomaly: Anomaly, at: Micros) -> bool:
        rule = self._rules[anomaly.rule]
        if not rule.active and rule.when is None:
            return True
        moment = local(at, self._zone)
        if rule.active and not any(one.holds(moment) for one in rule.active):
            return False
        if rule.when is None:
            return True
        spot = self._spots.get(anomaly.device)
        return compiled(rule.when).holds(anomaly.value, anomaly.quantity, facts_of(spot), moment)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._plan.time_zone)


def facts_of(spot: Spot | None) -> dict[str, str]:
    """What a condition may ask of a device; what is not known is empty."""
    return {
        "id": spot.device if spot else "",
        "kind": spot.kind if spot else "",
        "place": spot.place if spot else "",
        "building": (spot.building if spot else None) or "",
        "zone": (spot.zone if spot else None) or "",
        "grid": spot.grid if spot else "",
        "agent": spot.agent if spot else "",
    }
