"""Site file: the campus as the hub loads it. Names are synthetic, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from edge.simulate.devices import Device
from edge.simulate.names import draw_names
from edge.simulate.people import BEDS, ROOMS_PER_FLOOR
from edge.simulate.places import Place
from edge.simulate.territory import HEIGHT, WIDTH, Grid, Name, Spot, Territory
from edge.simulate.units import UNITS, Unit, spot_of

FORMAT = 1
SITE = "campus"

_LEVELS = (Name("Campus", "校区"), Name("District", "片区"), Name("Grid", "网格"))
_DESK = 4

_BODIES = {
    "estates": (Name("Estates office", "后勤管理处"), "010-0000-1001"),
    "security": (Name("Security office", "保卫处"), "010-0000-1002"),
    "it-centre": (Name("IT centre", "信息中心"), "010-0000-1003"),
    "waterworks": (Name("Clear Spring waterworks", "清泉供水公司"), "010-0000-2001"),
    "alarm-service": (Name("Sunrise fire alarm service", "晨安消防维保公司"), "010-0000-2002"),
}
_CARE = {  # who owns and who repairs each kind
    "hydrant": ("estates", "waterworks"),
    "smoke": ("security", "alarm-service"),
    "door": ("security", "it-centre"),
    "reader": ("security", "it-centre"),
    "camera": ("security", "it-centre"),
    "agent": ("it-centre", "it-centre"),
}


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    name: Name
    role: str


def site_document(
    seed: int, territory: Territory, places: Sequence[Place], devices: Sequence[Device]
) -> dict[str, Any]:
    """The site document, ready for JSON. A device's grid is not in it: geometry tells."""
    staff, holdings = _staff(seed, territory)
    return {
        "format": FORMAT,
        "site": {"id": SITE, "name": _name(Name("Lakeside Campus", "湖畔校区"))},
        "levels": [_name(level) for level in _LEVELS],
        "bounds": [0.0, 0.0, WIDTH, HEIGHT],
        "grids": [_grid(grid) for grid in territory.grids],
        "people": [{"id": p.id, "name": _name(p.name), "role": p.role} for p in staff],
        "holdings": holdings,
        "buildings": [
            {"id": b.id, "name": _name(b.name), "outline": _line(b.outline), "floors": b.floors}
            for b in territory.buildings
        ],
        "roads": [
            {"id": road.id, "line": _line(road.line), "width": road.width}
            for road in territory.roads
        ],
        "places": [_place(place) for place in places],
        "devices": [_device(device) for device in devices],
        "households": list(_households(territory)),
        "units": [_unit(unit, territory) for unit in UNITS],
        "duties": list(_duties(territory)),
        "bodies": [
            {"id": body, "name": _name(name), "phone": phone}
            for body, (name, phone) in _BODIES.items()
        ],
        "care": {
            kind: {"owner": owner, "repair": repair} for kind, (owner, repair) in _CARE.items()
        },
    }


def _staff(seed: int, territory: Territory) -> tuple[list[_Person], list[dict[str, str]]]:
    """A warden and a stand-in per leaf grid, a chief per inner grid, the desk, two experts.

    A chief's stand-in is the next chief, so that someone answers for every grid at all times.
    """
    leaves = territory.leaves
    inner = [grid for grid in territory.grids if grid not in leaves]
    roles = (
        *("chief" for _ in inner),
        *("warden" for _ in leaves),
        *("stand_in" for _ in leaves),
        *("desk" for _ in range(_DESK)),
        "fire_supervisor",
        "epidemiologist",
    )
    drawn = draw_names(seed, len(roles))
    staff = [_Person(name, label, role) for (name, label), role in zip(drawn, roles, strict=True)]
    chiefs = [person for person in staff if person.role == "chief"]
    wardens = [person for person in staff if person.role == "warden"]
    stand_ins = [person for person in staff if person.role == "stand_in"]
    holdings = [
        *_hold(inner, chiefs, [*chiefs[1:], chiefs[0]]),
        *_hold(leaves, wardens, stand_ins),
    ]
    return staff, holdings


def _hold(
    grids: Sequence[Grid], wardens: Sequence[_Person], stand_ins: Sequence[_Person]
) -> Iterator[dict[str, str]]:
    for grid, warden, stand_in in zip(grids, wardens, stand_ins, strict=True):
        yield {"grid": grid.code, "warden": warden.id, "stand_in": stand_in.id}


def _households(territory: Territory) -> Iterator[dict[str, Any]]:
    """The rooms of the dormitories, each with its beds: what a campus has for households."""
    for building in territory.buildings:
        if building.use != "dormitory":
            continue
        for floor in range(1, building.floors + 1):
            for room in range(1, ROOMS_PER_FLOOR + 1):
                along = (room - 0.5) / ROOMS_PER_FLOOR
                yield {
                    "id": f"{building.id}-{floor}{room:02}",
                    "at": list(building.inside(along, (floor - 0.5) / building.floors)),
                    "people": BEDS,
                    "building": building.id,
                    "floor": floor,
                }


def _unit(unit: Unit, territory: Territory) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": _name(unit.name),
        "kind": unit.kind,
        "at": list(spot_of(unit, territory)),
        "building": unit.building,
        "floor": unit.floor,
    }


def _duties(territory: Territory) -> Iterator[dict[str, Any]]:
    for leaf in territory.leaves:
        yield {
            "id": f"round-{leaf.code}",
            "grid": leaf.code,
            "name": _name(Name("Walk through the grid", "网格巡查")),
            "every": "day",
        }


def _name(name: Name) -> dict[str, str]:
    return {"en": name.en, "zh": name.zh}


def _line(points: Sequence[Spot]) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in points]


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "code": grid.code,
        "parent": grid.parent,
        "name": _name(grid.name),
        "boundary": _line(grid.boundary),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "name": _name(place.name),
        "kind": place.kind,
        "building": place.building,
        "floor": place.floor,
        "at": list(place.at),
    }


def _device(device: Device) -> dict[str, Any]:
    return {
        "id": device.id,
        "kind": device.kind,
        "place": device.place,
        "at": list(device.at),
        "agent": device.agent,
        "report_s": device.report_s,
    }
