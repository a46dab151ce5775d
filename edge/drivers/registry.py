"""Registry: which driver reads which kind of `[[driver]]`.

Drivers are imported when they are made, so that an agent without cameras never loads OpenCV.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge.config import CameraSpec, DriverSpec, SimulatedSpec
from edge.sample import Driver
from edge.wire import Micros


def devices_of(spec: DriverSpec) -> tuple[str, ...]:
    """The devices that the agent's file itself names."""
    match spec:
        case CameraSpec():
            return (spec.device,)
        case SimulatedSpec():
            return ()


def make_driver(spec: DriverSpec, agent: str, clock: Callable[[], Micros]) -> Driver:
    """The driver that the agent's file asks for. Raises whatever the driver raises."""
    match spec:
        case CameraSpec():
            return _make_camera(spec, clock)
        case SimulatedSpec():
            return _make_simulated(spec, agent, clock)


def _make_camera(spec: CameraSpec, clock: Callable[[], Micros]) -> Driver:
    from edge.drivers.camera import CameraDriver
    from edge.vision.zone import Zone

    zones = [Zone(zone.name, zone.kind, zone.polygon) for zone in spec.zones]
    memory = Path(spec.memory) if spec.memory else None
    return CameraDriver(
        spec.device,
        spec.source,
        zones,
        loop=spec.loop,
        origin=spec.origin,
        report_s=spec.report_s,
        memory=memory,
        hidden=spec.hidden,
        clock=clock,
    )


def _make_simulated(spec: SimulatedSpec, agent: str, clock: Callable[[], Micros]) -> Driver:
    from edge.simulate.driver import SimulatedDriver
    from edge.simulate.world import build_world

    cache_dir = Path(spec.cache_dir) if spec.cache_dir else None
    world = build_world(spec.seed, cache_dir)
    origin = clock() if spec.origin is None else spec.origin
    return SimulatedDriver(world, agent, origin, spec.speed)
