"""Engine: all detectors of a plan over one stream of committed batches, as one pure machine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import Detector, Finding, Spots
from hub.anomalies.detectors.door import Door
from hub.anomalies.detectors.limit import Limit, worst_first
from hub.anomalies.detectors.presence import Presence
from hub.anomalies.detectors.silence import of_agents, of_devices
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import AgentRule, DoorRule, LimitRule, Plan, PresenceRule, SilenceRule
from hub.sites.domain import agent_spots
from ingest.feed import CommittedBatch

_log = logging.getLogger(__name__)


class EngineState(msgspec.Struct, frozen=True):
    """Every detector's state by the detector's name; `now` is the newest receipt time seen."""

    now: Micros = 0
    states: dict[str, Any] = {}


class _Saved(msgspec.Struct, frozen=True):
    """An encoded state; each detector's part is decoded by the detector's own type."""

    now: Micros
    states: dict[str, msgspec.Raw]


class Engine:
    """Detectors made from a plan's active rules and the spots of the site's devices."""

    def __init__(self, plan: Plan, spots: Spots) -> None:
        self.plan = plan
        self.spots = dict(spots) | agent_spots(spots)
        self._detectors = _build(plan, spots)

    def start(self) -> EngineState:
        """The state that knows nothing yet."""
        return EngineState()

    def step(self, state: EngineState, batch: CommittedBatch) -> tuple[EngineState, list[Finding]]:
        """Take in one committed batch, and before it whatever fell due by its receipt.

        Only what is live is judged: carried history must raise nothing live, and an agent that
        is on trial has not passed its link test yet.
        """
        state, found = self.due(state, batch.received)
        if batch.origin != "live":
            return state, found
        row, now = Row(batch), state.now
        state, more = self._each(state, lambda one, own: one.step(own, row, now))
        return state, found + more

    def pulse(self, state: EngineState, pulse: Pulse) -> tuple[EngineState, list[Finding]]:
        """Take in signs of life of agents and of ingest."""
        return self._each(state, lambda one, own: one.pulse(own, pulse, state.now))

    def due(self, state: EngineState, now: Micros) -> tuple[EngineState, list[Finding]]:
        """Find what time alone has made true by `now` (receipt time)."""
        now = max(now, state.now)
        state = msgspec.structs.replace(state, now=now)
        return self._each(state, lambda one, own: one.due(own, now))

    def encode(self, state: EngineState) -> bytes:
        """The state as bytes, to go on from after a restart."""
        return msgspec.msgpack.encode(state)

    def decode(self, saved: bytes) -> EngineState:
        """The state in `saved`.

        Rules that are new to the plan start afresh, those that left it are forgotten. A
        detector whose state has another form than this version writes starts afresh too, and the
        log says so.
        """
        parts = msgspec.msgpack.decode(saved, type=_Saved)
        states: dict[str, Any] = {}
        for name, detector in self._detectors.items():
            if name not in parts.states:
                continue
            try:
                states[name] = msgspec.msgpack.decode(parts.states[name], type=detector.state_type)
            except msgspec.ValidationError as error:
                _log.warning("detector %s starts afresh, its saved state is old: %s", name, error)
        return EngineState(now=parts.now, states=states)

    def _each(
        self,
        state: EngineState,
        work: Callable[[Detector[Any], Any], tuple[Any, list[Finding]]],
    ) -> tuple[EngineState, list[Finding]]:
        states: dict[str, Any] = {}
        found: list[Finding] = []
        for name, detector in self._detectors.items():
            own = state.states.get(name)
            states[name], more = work(detector, detector.start() if own is None else own)
            found += more
        return EngineState(now=state.now, states=states), found


def _build(plan: Plan, spots: Spots) -> Mapping[str, Detector[Any]]:
    """Detectors by name; limit rules of one quantity of one kind of device share one."""
    detectors: dict[str, Detector[Any]] = {}
    limits: dict[str, dict[str, LimitRule]] = {}
    for name, rule in plan.active().items():
        match rule:
            case LimitRule():
                limits.setdefault(f"{rule.watches}/{rule.quantity}", {})[name] = rule
            case PresenceRule():
                detectors[name] = Presence(name, rule, spots)
            case DoorRule():
                detectors[name] = Door(name, rule, spots)
            case SilenceRule():
                detectors[name] = of_devices(name, rule, spots)
            case AgentRule():
                agents = sorted({spot.agent for spot in spots.values()})
                detectors[name] = of_agents(name, rule, agents)
    for watched, rules in limits.items():
        detectors[watched] = Limit(worst_first(rules), spots)
    return detectors
