"""Held: a door stands open too long, although it was opened rightly.

A contact's word holds until its next one, so that the clock alone finds it, while the door's agent
is heard. An opening without a grant is the forced rule's. What came late, out of a spool, is
followed by more: the clock waits for that first.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import SETTLE, Finding, Spots
from hub.anomalies.detectors.breach import Terms, Watch
from hub.anomalies.detectors.grants import Grants, explains, take_grants
from hub.anomalies.detectors.state import DRAIN, LATE
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import HeldRule
from hub.plans.units import micros

MOST_TOLD = 100  # ours: so often one opening is told at most


class Leaf(msgspec.Struct, frozen=True, array_like=True):
    """A door's newest word at `time`; open since `since`, told so many times.

    `rightly`: a grant explains it, or nothing asks for one. Time alone tells it from `ready` on
    (receipt time).
    """

    time: Micros
    since: Micros | None = None
    rightly: bool = True
    ready: Micros = 0
    told: int = 0


class Signs(msgspec.Struct, frozen=True, array_like=True):
    """An agent's last sign of life, and from when its word is again the newest (receipt times)."""

    last: Micros
    ready: Micros = 0


class HeldState(msgspec.Struct, frozen=True):
    """Doors by device, grants of a minute by place, and doors' agents that report."""

    doors: dict[str, Leaf] = {}
    grants: Grants = {}
    agents: dict[str, Signs] = {}


@dataclass(frozen=True)
class Held:
    """Judges one rule over all doors with contacts."""

    name: str
    rule: HeldRule
    spots: Spots

    @property
    def state_type(self) -> type[HeldState]:
        """The msgspec struct that holds the state."""
        return HeldState

    def start(self) -> HeldState:
        """No door was heard yet."""
        return HeldState()

    def step(self, state: HeldState, row: Row, now: Micros) -> tuple[HeldState, list[Finding]]:
        """Take in one committed batch."""
        series = row.series("open")
        if series is None and not row.batch.swipes:
            return state, []
        grants = take_grants(state.grants, row, self.spots)
        doors = {name: self._explained(name, leaf, grants) for name, leaf in state.doors.items()}
        found: list[Finding] = []
        for index, device in enumerate(series.devices if series else ()):
            spot = self.spots.get(device)
            if series is None or spot is None or spot.kind != "door":
                continue
            at = series.of(index)
            words = zip(series.time[at].tolist(), series.value[at].tolist(), strict=True)
            for time, value in words:
                late = row.batch.received - time > LATE
                ready = row.batch.received + (DRAIN if late else 0)
                before = doors.get(device)
                leaf = self._turned(device, before, time, value >= 0.5, ready, found)
                doors[device] = self._explained(device, leaf, grants)
        return HeldState(doors, grants, state.agents), found

    def pulse(self, state: HeldState, pulse: Pulse, now: Micros) -> tuple[HeldState, list[Finding]]:
        """An agent that was away brings what it kept: its doors wait for that."""
        agents = dict(state.agents)
        for agent in {spot.agent for spot in self.spots.values() if spot.kind == "door"}:
            heard = pulse.agents.get(agent)
            if heard is None:
                continue
            known = agents.get(agent, Signs(heard))
            back = heard - known.last > micros(self.rule.agent_gap_s)
            agents[agent] = Signs(max(heard, known.last), heard + DRAIN if back else known.ready)
        changed = agents != state.agents
        return (msgspec.structs.replace(state, agents=agents) if changed else state), []

    def due(self, state: HeldState, now: Micros) -> tuple[HeldState, list[Finding]]:
        """Doors that have stood open long enough."""
        found: list[Finding] = []
        doors: dict[str, Leaf] = {}
        for device, leaf in state.doors.items():
            until = self._known_until(state, device, leaf, now)
            doors[device] = leaf if until is None else self._lasted(device, leaf, until, found)
        return (msgspec.structs.replace(state, doors=doors) if found else state), found

    def _known_until(self, state: HeldState, device: str, leaf: Leaf, now: Micros) -> Micros | None:
        """Until when the door's last word holds; None: that is not known, or does not matter."""
        spot, settled = self.spots.get(device), now - SETTLE
        if spot is None or leaf.since is None or leaf.ready > settled:
            return None
        signs = state.agents.get(spot.agent)
        if signs is None:
            return settled  # a device that speaks for itself
        return (
            None if signs.ready > now else min(settled, signs.last + micros(self.rule.agent_gap_s))
        )

    def _turned(
        self,
        device: str,
        before: Leaf | None,
        time: Micros,
        opened: bool,
        ready: Micros,
        found: list[Finding],
    ) -> Leaf:
        """The door after one word of its contact."""
        if before is not None and time < before.time:
            return before  # history
        if before is None or before.since is None:
            if not opened:
                return Leaf(time)
            # A door first heard of open was opened nobody knows how.
            rightly = before is None or self.rule.grant_before_s is None
            return Leaf(time, time, rightly, ready)
        leaf = self._lasted(device, before, time, found)
        if opened:
            return msgspec.structs.replace(leaf, time=time)
        watches = (self._watch(leaf, number) for number in range(leaf.told))
        found += [self._terms.recovery(device, watch, time, 0.0) for watch in watches]
        return Leaf(time)

    def _lasted(self, device: str, leaf: Leaf, until: Micros, found: list[Finding]) -> Leaf:
        """The door, told as often as is due by then."""
        if leaf.since is None or not leaf.rightly:
            return leaf
        told = leaf.told
        while told < (MOST_TOLD if self.rule.again_s else 1):
            watch = self._watch(leaf, told)
            if until < watch.since + self._terms.duration:
                break
            found.append(self._terms.anomaly(device, watch))
            told += 1
        return msgspec.structs.replace(leaf, told=told) if told > leaf.told else leaf

    def _watch(self, leaf: Leaf, number: int) -> Watch:
        """The opening as it is told for the first time, or again: then since so much later."""
        later = number * micros(self.rule.again_s or 0)
        open_s = (later + self._terms.duration) / 1e6
        return Watch((leaf.since or 0) + later, value=open_s)

    def _explained(self, device: str, leaf: Leaf, grants: Grants) -> Leaf:
        spot = self.spots.get(device)
        if leaf.rightly or leaf.since is None or spot is None:
            return leaf
        before, after = micros(self.rule.grant_before_s or 0), micros(self.rule.grant_after_s)
        rightly = explains(grants, spot.place, leaf.since, before, after)
        return msgspec.structs.replace(leaf, rightly=True) if rightly else leaf

    @property
    def _terms(self) -> Terms:
        rule = self.rule
        assert rule.open_s is not None, "check_plan lets no rule judge without a duration"
        return Terms(self.name, rule, micros(rule.open_s), 0, None, rule.open_s, "s", "open")
