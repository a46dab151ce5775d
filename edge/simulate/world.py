"""World: the whole simulated campus, built once from a seed and then only read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from edge.simulate.devices import Device, DeviceKind, build_devices, reader_id
from edge.simulate.epanet import WATER_CAUSES
from edge.simulate.hydraulics import Hydraulics, build_hydraulics
from edge.simulate.people import People, build_people
from edge.simulate.places import DOORS, Place, Rooms, build_places, find_rooms
from edge.simulate.recipe import FIRST, Recipe
from edge.simulate.site_file import site_document
from edge.simulate.territory import Territory, build_territory
from edge.simulate.troubles import Cause, Troubles


@dataclass(frozen=True)
class World:
    """Plan, places, devices, people and waterworks of one seed."""

    seed: int
    territory: Territory
    places: tuple[Place, ...]
    rooms: Rooms
    devices: tuple[Device, ...]
    hydraulics: Hydraulics
    people: People
    recipe: Recipe = FIRST

    def of_kind(self, kind: DeviceKind) -> tuple[Device, ...]:
        """The devices of one kind, in the order in which simulation counts them."""
        return tuple(device for device in self.devices if device.kind == kind)

    @cached_property
    def readers(self) -> tuple[str, ...]:
        """Reader ids as swipes count them: in and out per visited place, then per door."""
        doors = (door.place for door in self.of_kind("door"))
        return tuple(
            reader_id(place, way)
            for place in (*self.rooms.visited, *doors)
            for way in ("in", "out")
        )

    @cached_property
    def troubles(self) -> Troubles:
        """What goes wrong when; the same for every run of this world."""
        return Troubles(self.seed, self._targets(), self.recipe.rates)

    def site_document(self) -> dict[str, Any]:
        """The site file's content."""
        return site_document(self.seed, self.territory, self.places, self.devices)

    def _targets(self) -> dict[Cause, list[int]]:
        """Whom each cause befalls, in turn; no smoke detector is in two lists."""
        random = np.random.default_rng((self.seed, 0x7A26))
        targets: dict[Cause, list[int]] = {
            cause: random.permutation(self.hydraulics.of_cause(cause)).tolist()
            for cause in WATER_CAUSES
        }
        targets["forced_entry"] = random.permutation(DOORS).tolist()
        smoke = self.of_kind("smoke")
        shuffled: list[int] = random.permutation(len(smoke)).tolist()
        cooks = [i for i in shuffled if _has_cooking(smoke[i].place)][:20]
        others = [i for i in shuffled if i not in cooks]
        third = len(others) // 3
        targets["cooking"] = cooks
        targets["fire"] = others[:third]
        targets["fault"] = others[third : 2 * third]
        targets["shutdown"] = others[2 * third :]
        return targets


def _has_cooking(place: str) -> bool:
    return place.endswith("-kitchen") or place.startswith("dormitory")


def build_world(seed: int, cache_dir: Path | None = None, recipe: Recipe = FIRST) -> World:
    """The campus of one seed and recipe: about 4 s, or 0.3 s once the cache folder has the mains.

    Raises:
        ValueError: the seed is negative.
        EpanetError: EPANET found no balance of the mains, or does not load on this machine.
        OSError: the cache folder can't be written.
    """
    if seed < 0:
        raise ValueError(f"seed {seed}: must be 0 or more")
    territory = build_territory(seed)
    hydraulics = build_hydraulics(seed, territory, cache_dir, recipe.mains)
    places = build_places(territory, hydraulics.spots)
    rooms = find_rooms(places)
    devices = build_devices(places, rooms)
    people = build_people(seed)
    return World(seed, territory, places, rooms, devices, hydraulics, people, recipe)
