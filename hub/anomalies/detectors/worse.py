"""Worse: while a device breaks a rule, the milder kinds that it supersedes belong to its case.

Rules of different families fall due in any order: a detector that calls itself faulty may be silent
before or after that counts as long enough. A worse one that comes later takes over the case of the
milder (`supersedes`); a milder one that comes later names the worse (`part_of`) and joins it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import Finding
from hub.anomalies.domain import Anomaly, AnomalyKind


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """A breach that is not over, when it was raised, and the kinds that are milder."""

    key: int
    raised: Micros
    milder: tuple[AnomalyKind, ...]


class WorseState(msgspec.Struct, frozen=True):
    """What stands, by device."""

    standing: dict[str, tuple[Standing, ...]] = {}


@dataclass(frozen=True)
class Worse:
    """Judges every rule that supersedes kinds."""

    @property
    def state_type(self) -> type[WorseState]:
        """The msgspec struct that holds the state."""
        return WorseState

    def start(self) -> WorseState:
        """Nothing stands yet."""
        return WorseState()

    def take(self, state: WorseState, found: list[Finding]) -> tuple[WorseState, list[Finding]]:
        """Take in findings; gives them with the milder ones naming the worse that stand."""
        standing = dict(state.standing)
        result: list[Finding] = []
        for finding in found:
            mine = standing.get(finding.device, ())
            if not isinstance(finding, Anomaly):
                rest = tuple(one for one in mine if one.key != finding.key)
                if rest:
                    standing[finding.device] = rest
                else:
                    standing.pop(finding.device, None)
                result.append(finding)
                continue
            if finding.supersedes and not finding.muted:
                one = Standing(finding.key, finding.raised, finding.supersedes)
                standing[finding.device] = (*mine, one)
            result.append(_joined(finding, mine))
        return (state if standing == state.standing else WorseState(standing)), result


def _joined(anomaly: Anomaly, standing: tuple[Standing, ...]) -> Anomaly:
    """The anomaly, part of the newest worse one that stands; what a group has taken stays there."""
    worse = [one for one in standing if anomaly.kind in one.milder]
    if not worse or anomaly.muted or anomaly.part_of is not None:
        return anomaly
    newest = max(worse, key=lambda one: (one.raised, one.key))
    return msgspec.structs.replace(anomaly, part_of=newest.key)
