from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from edge.simulate.truth import truth
from edge.simulate.world import World, build_world


def test_the_campus_has_the_counts_of_its_brief(world: World) -> None:
    assert len(world.places) == 200
    assert Counter(device.kind for device in world.devices) == {
        "hydrant": 60,
        "smoke": 150,
        "door": 8,
        "camera": 4,
        "reader": 82,
    }
    assert len(world.people.room) == 3000


def test_every_device_stands_at_a_place_and_names_are_unique(world: World) -> None:
    places = {place.id for place in world.places}
    assert len(places) == len(world.places)
    assert {device.place for device in world.devices} <= places
    assert len({device.id for device in world.devices}) == len(world.devices)


def test_two_builds_agree_with_and_without_the_cache(world: World, morning: int) -> None:
    again = build_world(world.seed, cache_dir=None)
    assert msgspec.json.encode(again.site_document()) == msgspec.json.encode(world.site_document())
    assert truth(again, morning, 1800) == truth(world, morning, 1800)


def test_another_seed_is_another_campus(world: World, cache_dir: Path, morning: int) -> None:
    other = build_world(world.seed + 1, cache_dir)
    assert other.site_document()["grids"] != world.site_document()["grids"]
    assert truth(other, morning, 1800) != truth(world, morning, 1800)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed -1: must be 0 or more"):
        build_world(-1)


def test_with_its_cache_the_campus_is_built_at_once(world: World, cache_dir: Path) -> None:
    started = time.process_time()
    build_world(world.seed, cache_dir)
    assert time.process_time() - started < 1


def test_no_two_causes_befall_one_detector_or_hydrant(world: World) -> None:
    hydrants = [opening.hydrant for opening in world.hydraulics.openings]
    assert len(set(hydrants)) == len(hydrants)
    schedule = world.troubles.between(0, 86_400_000_000)
    causes: dict[int, set[str]] = {}
    for trouble in schedule:
        if trouble.cause in ("fire", "cooking", "fault", "shutdown"):
            causes.setdefault(trouble.target, set()).add(trouble.cause)
    assert all(len(one) == 1 for one in causes.values())
