"""Engine: all detectors of a plan over one stream of committed batches, as one pure machine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from edge.wire import Micros
from hub.anomalies.build import build_detectors, build_seconds
from hub.anomalies.detectors import Detector, Finding, Spots
from hub.anomalies.domain import Anomaly
from hub.anomalies.gate import Gate, GateState, Mute
from hub.anomalies.roster import Roster
from hub.anomalies.row import Pulse, Row
from hub.anomalies.water import Water, WaterState
from hub.plans.domain import Plan
from hub.sites.domain import AGENT, agent_spots
from ingest.feed import CommittedBatch

# Their states stand beside the detectors', whose names are rules' or kinds'.
_GATE = "/gate"
_WATER = "/water"

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
    """Detectors made from a plan's active rules and the spots of the site's devices and agents.

    What they find passes the gate (schedules, conditions, planned shut-offs: `mutes`), hydrants'
    anomalies are given their likeliest cause, then come those that count findings or make one of
    several.
    """

    def __init__(self, plan: Plan, spots: Spots, mutes: Iterable[Mute] = ()) -> None:
        self.plan = plan
        roster = Roster({name: spot for name, spot in spots.items() if spot.kind != AGENT})
        self.spots = dict(spots) | agent_spots(spots)
        self._detectors = build_detectors(plan, roster)
        self._seconds = build_seconds(plan, roster)
        self._gate = Gate(plan, self.spots, mutes)
        self._water = Water(roster, plan.time_zone)

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
        water = self._water.step(state.states.get(_WATER) or WaterState(), row)
        state = EngineState(now=now, states=state.states | {_WATER: water})
        state, more = self._each(state, lambda one, own: one.step(own, row, now))
        return state, found + more

    def pulse(self, state: EngineState, pulse: Pulse) -> tuple[EngineState, list[Finding]]:
        """Take in signs of life of agents and of ingest."""
        return self._each(state, lambda one, own: one.pulse(own, pulse, state.now))

    def due(self, state: EngineState, now: Micros) -> tuple[EngineState, list[Finding]]:
        """Find what time alone has made true by `now` (receipt time)."""
        now = max(now, state.now)
        gate, released = self._gate.due(state.states.get(_GATE) or GateState(), now)
        states = state.states | {_GATE: gate}
        state = EngineState(now=now, states=states)
        return self._each(state, lambda one, own: one.due(own, now), released)

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
        types = {name: one.state_type for name, one in self._seconds.items()}
        types |= {name: one.state_type for name, one in self._detectors.items()}
        for name, kind in (types | {_GATE: GateState, _WATER: WaterState}).items():
            if name not in parts.states:
                continue
            try:
                states[name] = msgspec.msgpack.decode(parts.states[name], type=kind)
            except msgspec.ValidationError as error:
                _log.warning("detector %s starts afresh, its saved state is old: %s", name, error)
        return EngineState(now=parts.now, states=states)

    def _each(
        self,
        state: EngineState,
        work: Callable[[Detector[Any], Any], tuple[Any, list[Finding]]],
        released: Sequence[Finding] = (),
    ) -> tuple[EngineState, list[Finding]]:
        states = dict(state.states)
        found = list(released)
        for name, detector in self._detectors.items():
            own = states.get(name)
            states[name], more = work(detector, detector.start() if own is None else own)
            found += more
        if found:
            found = self._sift(states, found)
        return EngineState(now=state.now, states=states), found

    def _sift(self, states: dict[str, Any], found: list[Finding]) -> list[Finding]:
        """What of the findings counts, in order; takes their states on in `states`."""
        found.sort(key=lambda one: one.raised if isinstance(one, Anomaly) else one.recovered)
        gate, found = self._gate.let_through(states.get(_GATE) or GateState(), found)
        water = states.get(_WATER) or WaterState()
        states[_WATER], found = self._water.explain(water, found)
        for name, second in self._seconds.items():
            own = states.get(name)
            states[name], found = second.take(second.start() if own is None else own, found)
        states[_GATE], found = self._gate.let_through(gate, found)
        return found
