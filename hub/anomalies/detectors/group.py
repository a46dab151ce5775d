"""Group: several devices of one zone break rules within a window: one event, one case.

It works on what others find. The anomaly of the group comes before those that it is made of, and
these name it (`part_of`), as do all that follow while it stands, so that one case takes them all.
It stands for the device that broke a rule first.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import Finding, Spots
from hub.anomalies.detectors.breach import Terms, Watch
from hub.anomalies.domain import Anomaly, Recovery
from hub.plans.domain import GroupRule
from hub.plans.units import micros


class Member(msgspec.Struct, frozen=True, array_like=True):
    """A device that breaks one of the rules, or did within the window."""

    key: int
    device: str
    started: Micros
    raised: Micros
    over: bool = False


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """A group that was raised: whose device it stands for, since when, and its key."""

    device: str
    started: Micros
    key: int


class GroupState(msgspec.Struct, frozen=True):
    """Members and standing groups by zone."""

    members: dict[str, tuple[Member, ...]] = {}
    standing: dict[str, Standing] = {}


@dataclass(frozen=True)
class Group:
    """Judges one rule."""

    name: str
    rule: GroupRule
    spots: Spots

    @property
    def state_type(self) -> type[GroupState]:
        """The msgspec struct that holds the state."""
        return GroupState

    def start(self) -> GroupState:
        """Nobody breaks a rule yet."""
        return GroupState()

    def take(self, state: GroupState, found: list[Finding]) -> tuple[GroupState, list[Finding]]:
        """Take in findings: those of the rules that are watched, in the zones of their devices."""
        members, standing = dict(state.members), dict(state.standing)
        result: list[Finding] = []
        for finding in found:
            zone = self._zone(finding)
            if zone is None or (isinstance(finding, Anomaly) and finding.muted):
                result.append(finding)
            elif isinstance(finding, Anomaly):
                result += self._add(members, standing, zone, finding)
            else:
                result += self._drop(members, standing, zone, finding)
        if (members, standing) == (state.members, state.standing):
            return state, result
        return GroupState({zone: m for zone, m in members.items() if m}, standing), result

    def _zone(self, finding: Finding) -> str | None:
        spot = self.spots.get(finding.device)
        if finding.rule not in self.rule.rules or spot is None or self._other_cause(finding):
            return None
        match self.rule.zone:
            case "place":
                return spot.place
            case "building":
                return spot.building
            case "grid":
                return spot.grid
            case "zone":
                return spot.zone or spot.building
            case "site":
                return spot.grid_path[0]

    def _other_cause(self, finding: Finding) -> bool:
        if not self.rule.causes or not isinstance(finding, Anomaly):
            return False
        return finding.cause is None or finding.cause.name not in self.rule.causes

    def _add(
        self,
        members: dict[str, tuple[Member, ...]],
        standing: dict[str, Standing],
        zone: str,
        news: Anomaly,
    ) -> list[Finding]:
        within = micros(self.rule.within_s or 0)
        earliest = news.raised - within
        mine = [
            member
            for member in members.get(zone, ())
            if member.key != news.key and (not member.over or member.raised >= earliest)
        ]
        mine.append(Member(news.key, news.device, news.started, news.raised))
        members[zone] = tuple(mine)
        group = standing.get(zone)
        if group is not None:
            return [msgspec.structs.replace(news, part_of=group.key)]
        near = [member for member in mine if abs(member.raised - news.raised) <= within]
        if len({member.device for member in near}) < self.rule.least:
            return [news]
        whole = msgspec.structs.replace(self._anomaly(near), cause=news.cause)
        standing[zone] = Standing(whole.device, whole.started, whole.key)
        return [whole, msgspec.structs.replace(news, part_of=whole.key)]

    def _drop(
        self,
        members: dict[str, tuple[Member, ...]],
        standing: dict[str, Standing],
        zone: str,
        news: Recovery,
    ) -> list[Finding]:
        mine = tuple(
            msgspec.structs.replace(member, over=True) if member.key == news.key else member
            for member in members.get(zone, ())
        )
        members[zone] = mine
        if zone not in standing or not all(member.over for member in mine):
            return [news]
        group = standing.pop(zone)
        members[zone] = ()
        watch = Watch(group.started)
        return [news, self._terms.recovery(group.device, watch, news.recovered)]

    def _anomaly(self, near: list[Member]) -> Anomaly:
        first = min(near, key=lambda member: (member.raised, member.device))
        watch = Watch(min(member.started for member in near))
        count = float(len({member.device for member in near}))
        whole = self._terms.anomaly(first.device, watch)
        raised = max(member.raised for member in near)
        keys = tuple(sorted(member.key for member in near))
        return msgspec.structs.replace(whole, raised=raised, value=count, members=keys)

    @property
    def _terms(self) -> Terms:
        return Terms(self.name, self.rule, 0, 0, None, float(self.rule.least), "1", "devices")
