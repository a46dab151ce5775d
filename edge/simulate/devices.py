"""Devices: what hangs at which place, and which agent reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from edge.simulate.places import Place, Rooms
from edge.simulate.territory import WIDTH, Spot

DeviceKind = Literal["hydrant", "smoke", "door", "reader", "camera"]

WEST, EAST, CAMERAS_AGENT = "west", "east", "cameras"
CAMERAS = ("camera-1", "camera-2", "camera-3", "camera-4")  # as `edge.simulate.footage` has them
SMOKE_DETECTORS = 150

REPORT_S: dict[DeviceKind, float] = {
    "hydrant": 2.0,
    "smoke": 5.0,
    "door": 5.0,
    "reader": 60.0,
    "camera": 5.0,
}

_WITH_TWO_DETECTORS = ("canteen", "library", "laboratory")


@dataclass(frozen=True, slots=True)
class Device:
    """One device; it reports at least every `report_s` seconds of world time."""

    id: str
    kind: DeviceKind
    place: str
    at: Spot
    agent: str
    report_s: float


def reader_id(place: str, way: Literal["in", "out"]) -> str:
    """The reader that lets people into or out of a place."""
    return f"reader-{place}-{way}"


def agent_of(at: Spot) -> str:
    """The agent whose half of the campus holds a spot."""
    return WEST if at[0] < WIDTH / 2 else EAST


def build_devices(places: Sequence[Place], rooms: Rooms) -> tuple[Device, ...]:
    """60 hydrants, 150 smoke detectors, 8 doors, 82 readers and 4 cameras."""
    return (
        *_hydrants(places),
        *_smoke(places),
        *_doors_and_readers(places, rooms),
        *_cameras(places),
    )


def _device(name: str, kind: DeviceKind, place: Place, shift: float = 0.0) -> Device:
    at = (round(place.at[0] + shift, 1), place.at[1])
    return Device(name, kind, place.id, at, agent_of(place.at), REPORT_S[kind])


def _hydrants(places: Sequence[Place]) -> Iterator[Device]:
    spots = [place for place in places if place.kind == "hydrant"]
    for number, spot in enumerate(spots, start=1):
        yield _device(f"hydrant-{number:02}", "hydrant", spot)


def _smoke(places: Sequence[Place]) -> Iterator[Device]:
    """One detector per room, a second in the first large rooms until there are 150."""
    rooms = [place for place in places if place.kind == "room" and not _has_camera(place)]
    large = [room for room in rooms if room.id.startswith(_WITH_TWO_DETECTORS)]
    second = {room.id for room in large[: SMOKE_DETECTORS - len(rooms)]}
    number = 0
    for room in rooms:
        for shift in (0.0, 1.0) if room.id in second else (0.0,):
            number += 1
            yield _device(f"smoke-{number:03}", "smoke", room, shift)


def _doors_and_readers(places: Sequence[Place], rooms: Rooms) -> Iterator[Device]:
    doors = [place for place in places if place.kind == "door"]
    for number, door in enumerate(doors, start=1):
        yield _device(f"door-{number}", "door", door)
    with_readers = {*rooms.visited, *(door.id for door in doors)}
    for place in places:
        if place.id in with_readers:
            yield _device(reader_id(place.id, "in"), "reader", place, -0.5)
            yield _device(reader_id(place.id, "out"), "reader", place, 0.5)


def _cameras(places: Sequence[Place]) -> Iterator[Device]:
    watched = [place for place in places if _has_camera(place)]
    for camera, place in zip(CAMERAS, watched, strict=True):
        yield Device(camera, "camera", place.id, place.at, CAMERAS_AGENT, REPORT_S["camera"])


def _has_camera(place: Place) -> bool:
    return place.kind in ("lane", "yard") or place.id.endswith("-corridor")
