"""Campus: the simulated world of one demo run, written down as the files that the parts read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from edge.simulate.footage import CAMERAS, camera_zones, footage_path, render
from edge.simulate.truth import TruthLine, encode_truth, truth
from edge.simulate.world import World, build_world
from edge.wire import Micros

FIXED_SENSORS = ("west", "east")
CAMERA_AGENT = "cameras"


@dataclass(frozen=True)
class Campus:
    """A built world and where its files lie."""

    world: World
    seed: int
    folder: Path

    @property
    def site_file(self) -> Path:
        """The site's file: grids, places, devices, people."""
        return self.folder / "site.json"

    @property
    def truth_file(self) -> Path:
        """What truly happens in the current run."""
        return self.folder / "truth.jsonl"

    def agent_file(self, agent: str) -> Path:
        """The file that one agent runs from."""
        return self.folder / f"{agent}.toml"


def build_campus(seed: int, folder: Path) -> Campus:
    """Build the world of a seed and write its site file and its cameras' footage.

    About 15 s the first time, 1 s when the folder holds the seed's hydraulics and footage.
    """
    cache = folder / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    campus = Campus(build_world(seed, cache), seed, folder)
    document = json.dumps(campus.world.site_document(), ensure_ascii=False, indent=1)
    campus.site_file.write_text(document, encoding="utf-8")
    for camera in CAMERAS:
        render(camera, seed, footage_path(cache, camera, seed))
    return campus


def write_agents(campus: Campus, origin: Micros, speed: float) -> tuple[str, ...]:
    """Write the agents' files for a run that begins at `origin`; returns the agents' names."""
    common = f"seed = {campus.seed}\nspeed = {speed}\norigin = {origin}\n"
    for agent in FIXED_SENSORS:
        driver = f'[[driver]]\nkind = "simulated"\ncache_dir = "cache"\n{common}'
        campus.agent_file(agent).write_text(f'agent = "{agent}"\n\n{driver}', encoding="utf-8")
    cameras = "\n".join(_camera(campus, camera, origin) for camera in CAMERAS)
    file = campus.agent_file(CAMERA_AGENT)
    file.write_text(f'agent = "{CAMERA_AGENT}"\n\n{cameras}', encoding="utf-8")
    return (*FIXED_SENSORS, CAMERA_AGENT)


def write_truth(campus: Campus, origin: Micros, horizon_s: float, speed: float) -> list[TruthLine]:
    """Write and return what truly happens within `horizon_s` seconds from `origin`."""
    lines = truth(campus.world, origin, horizon_s, speed)
    campus.truth_file.write_bytes(encode_truth(lines))
    return lines


def _camera(campus: Campus, camera: str, origin: Micros) -> str:
    source = footage_path(campus.folder / "cache", camera, campus.seed)
    zones = [
        f'{{ name = "{name}", kind = "fire_lane", polygon = {json.dumps(polygon)} }}'
        for name, polygon in camera_zones(camera).items()
    ]
    return (
        f'[[driver]]\nkind = "camera"\ndevice = "{camera}"\n'
        f'source = "{source.relative_to(campus.folder)}"\nloop = true\norigin = {origin}\n'
        f'memory = "cache/{camera}.png"\n'
        f"zones = [{', '.join(zones)}]\n"
    )
