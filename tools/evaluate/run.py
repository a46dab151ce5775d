"""Run: one evaluation, from the world to what was found and how it matches the truth."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from edge.simulate.clock import HOUR, SECOND
from edge.simulate.devices import CAMERAS_AGENT, EAST, WEST
from edge.simulate.driver import SimulatedDriver
from edge.simulate.recipe import RECIPES
from edge.simulate.truth import TruthLine, truth
from edge.simulate.world import World, build_world
from edge.wire import Micros
from gridwarden.backtest.claims import claims_of
from gridwarden.backtest.match import Matched, match
from gridwarden.backtest.waits import waits_of, worse_of
from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.anomalies.replay import Found, Taken, Tick, replay
from hub.plans.domain import Plan
from tools.evaluate.cameras import camera_samples, watch_loops
from tools.evaluate.outages import Outage, agent_outages, ingest_outages, joined
from tools.evaluate.signs import followed
from tools.evaluate.site import document_of, spots_of, true_grids
from tools.evaluate.stored import differing, replayed, stored, storing
from tools.evaluate.stream import DRAINED, Cut, committed, sensor_cuts

ORIGIN: Micros = 1_790_000_000_000_000  # a Monday at 22:13 on the campus
SHOWS: Micros = 6 * SECOND  # ours: the first reading or sight of an event comes by then
AGENTS = (WEST, EAST, CAMERAS_AGENT)

T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """What to run; `replay` judges what was stored of it a second time."""

    seed: int
    hours: float
    recipe: str = "first"
    outages: bool = True
    cameras: bool = True
    bulk_s: float = 0.1
    replay: bool = False


@dataclass(frozen=True)
class Evaluated:
    """What a run gave. `readings` and `batches` count what went through the engine.

    `differing` are the anomalies that only one of the run and its replay has.
    """

    options: Options
    world: World
    plan: Plan
    end: Micros
    lines: list[TruthLine]
    found: list[Found]
    matched: Matched
    readings: int
    batches: int
    differing: list[Any] | None = None

    @property
    def anomalies(self) -> list[Anomaly]:
        """Everything raised, in order."""
        return [one.finding for one in self.found if isinstance(one.finding, Anomaly)]


def evaluate(
    options: Options,
    plan: Plan,
    cache: Path,
    *,
    watch: Callable[[Iterable[T]], Iterable[T]] = lambda steps: steps,
) -> Evaluated:
    """Play and judge. `watch` may look on as the steps go by."""
    world = build_world(options.seed, cache, RECIPES[options.recipe])
    end = ORIGIN + int(options.hours * HOUR)
    spots = spots_of(document_of(world))
    lines = truth(world, ORIGIN, options.hours * 3600)
    agents: dict[str, Iterable[Cut]] = {
        name: sensor_cuts(SimulatedDriver(world, name, ORIGIN), ORIGIN, end, options.bulk_s)
        for name in (WEST, EAST)
    }
    if options.cameras:
        samples = camera_samples(watch_loops(options.seed, cache), ORIGIN, end)
        agents[CAMERAS_AGENT] = (Cut(at, sample) for at, sample in samples)
    else:
        cameras = {device.id for device in world.of_kind("camera")}
        lines = [line for line in lines if line.device not in cameras]
        spots = {name: spot for name, spot in spots.items() if spot.kind != "camera"}
    links, down = _outages(options, list(agents), end)
    away = {agent: joined([*outages, *down]) for agent, outages in links.items()}
    batches = committed(agents, away, options.seed)
    counter = _Counter()
    steps = counter.count(followed(batches, links, down, ORIGIN, end))
    engine = Engine(plan, spots)
    file = cache / f"feed-{options.recipe}-{options.seed}-{os.getpid()}"
    if options.replay:
        steps = storing(steps, file)
    found = list(replay(engine, cast(Any, watch(cast(Any, steps)))))
    differ: list[Any] | None = None
    if options.replay:
        differ = differing(found, replayed(Engine(plan, spots), stored(file), end))
        file.unlink()
    lines = [*lines, *_silent_agents(engine, links, down)]
    matched = match(
        lines,
        claims_of(found, {name: spot.grid for name, spot in engine.spots.items()}),
        end=end,
        waits_s=waits_of(plan),
        worse=worse_of(plan),
        grids=true_grids(world) | {name: engine.spots[name].grid for name in agents},
        knowable=lambda device, time: _knowable(engine, away, device, time),
    )
    return Evaluated(
        options,
        world,
        plan,
        end,
        lines,
        found,
        matched,
        counter.readings,
        counter.batches,
        differ,
    )


class _Counter:
    readings = 0
    batches = 0

    def count(self, steps: Iterable[Taken | Tick]) -> Iterator[Taken | Tick]:
        for step in steps:
            if isinstance(step, Taken):
                self.readings += len(step.batch)
                self.batches += 1
            yield step


def _outages(
    options: Options, agents: list[str], end: Micros
) -> tuple[dict[str, list[Outage]], list[Outage]]:
    """When each agent has no link, and when ingest is down."""
    if not options.outages:
        return {agent: [] for agent in agents}, []
    return {
        agent: agent_outages(options.seed, number, ORIGIN, end)
        for number, agent in enumerate(agents)
    }, ingest_outages(options.seed, ORIGIN, end)


def _silent_agents(
    engine: Engine, links: dict[str, list[Outage]], down: list[Outage]
) -> Iterator[TruthLine]:
    """What is true of agents: one without a link is silent, one that ingest cannot hear is not."""
    for agent, outages in links.items():
        for one in outages:
            yield TruthLine(
                kind=cast(Any, "agent_silent"),
                cause="outage",
                device=agent,
                place=engine.spots[agent].place,
                since=one.start,
                until=one.end,
                expect_case=not any(it.start < one.end and one.start < it.end for it in down),
            )


def _knowable(engine: Engine, away: dict[str, list[Outage]], device: str, time: Micros) -> Micros:
    """When the hub can know at the earliest what happened at a device."""
    if device in away:
        return time
    outages = away[engine.spots[device].agent]
    return next((one.end for one in outages if one.start - SHOWS <= time < one.end + DRAINED), time)
