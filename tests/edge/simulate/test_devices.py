from __future__ import annotations

from collections import Counter

from edge.simulate.devices import CAMERAS, agent_of
from edge.simulate.footage import CAMERAS as FILMED
from edge.simulate.world import World


def test_the_cameras_are_those_that_are_filmed() -> None:
    assert CAMERAS == FILMED


def test_cameras_that_watch_lanes_stand_at_lanes(world: World) -> None:
    kinds = {place.id: place.kind for place in world.places}
    watched = {camera.id: kinds[camera.place] for camera in world.of_kind("camera")}
    assert watched == {
        "camera-1": "lane",
        "camera-2": "yard",
        "camera-3": "room",
        "camera-4": "lane",
    }


def test_agents_split_the_campus_and_cameras_have_their_own(world: World) -> None:
    agents = Counter(device.agent for device in world.devices)
    assert set(agents) == {"west", "east", "cameras"}
    assert min(agents["west"], agents["east"]) > 100
    spots = {place.id: place.at for place in world.places}
    for device in world.devices:
        assert device.agent in ("cameras", agent_of(spots[device.place]))


def test_all_devices_of_a_door_speak_through_one_agent(world: World) -> None:
    agents: dict[str, set[str]] = {}
    for device in world.devices:
        agents.setdefault(device.place, set()).add(device.agent)
    for door in world.of_kind("door"):
        assert len(agents[door.place]) == 1


def test_every_room_has_a_smoke_detector(world: World) -> None:
    covered = Counter(detector.place for detector in world.of_kind("smoke"))
    rooms = {place.id for place in world.places if place.kind == "room"} - {"teaching-2-corridor"}
    assert set(covered) == rooms
    assert max(covered.values()) == 2
