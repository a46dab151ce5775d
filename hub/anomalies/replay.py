"""Replay: an engine over a stream of steps, as the follower takes them, without database or clock.

A step is a committed batch, or a moment at which the follower let time pass and took in signs of
life. The same steps give the same findings, live, from the feed, or from a simulation. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from edge.wire import Micros
from hub.anomalies.detectors import Finding
from hub.anomalies.engine import Engine, EngineState
from hub.anomalies.row import Pulse
from ingest.feed import CommittedBatch


class Tick(NamedTuple):
    """Time passes up to `at` (receipt time); `pulse` are the signs of life looked up then."""

    at: Micros
    pulse: Pulse | None = None


class Taken(NamedTuple):
    """A batch, and when the follower took it in; that is shortly after its receipt."""

    at: Micros
    batch: CommittedBatch


class Found(NamedTuple):
    """What a step brought to light, and when."""

    at: Micros
    finding: Finding


def replay(
    engine: Engine, steps: Iterable[Taken | Tick], state: EngineState | None = None
) -> Iterator[Found]:
    """Everything that the engine finds in the steps, in their order; from nothing, or a state."""
    state = engine.start() if state is None else state
    for step in steps:
        if isinstance(step, Taken):
            state, found = engine.step(state, step.batch)
        else:
            state, found = pass_time(engine, state, step)
        yield from (Found(step.at, finding) for finding in found)


def pass_time(engine: Engine, state: EngineState, tick: Tick) -> tuple[EngineState, list[Finding]]:
    """What falls due by the tick, then what its signs of life tell."""
    state, found = engine.due(state, tick.at)
    if tick.pulse is None:
        return state, found
    state, more = engine.pulse(state, tick.pulse)
    return state, found + more
