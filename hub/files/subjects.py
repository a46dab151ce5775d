"""Subjects: what of a site has a file, and in which grid it counts. Pure but for shapely.

Coordinates are planar metres.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from shapely import Polygon

from hub.files.rules import NO_FILE_RULES, FileKind, FileRules
from hub.sites.coverage import locate
from hub.sites.domain import Name, Point, SiteDocument, grid_path

HALF = 0.5  # ours: a building counts in the smallest grid that holds more than half of it


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A building, yard, unit, enterprise or household; `path` are its grids from the root down."""

    kind: FileKind
    id: str
    name: Name
    at: Point
    path: tuple[str, ...]
    building: str | None = None
    floor: int | None = None

    @property
    def grid(self) -> str:
        """The smallest grid that it lies in; empty if it lies in none."""
        return self.path[-1] if self.path else ""


def subjects(document: SiteDocument, rules: FileRules) -> list[Subject]:
    """Everything that has a file by the plan, by kind and id. A yard is a grid of kind `unit`."""
    order = list(rules.kinds)
    everything = (
        *_buildings(document),
        *_yards(document),
        *_units(document, rules),
        *_households(document),
    )
    found = [one for one in everything if one.kind in order]
    return sorted(found, key=lambda one: (order.index(one.kind), one.id))


def home_paths(document: SiteDocument) -> dict[tuple[FileKind, str], tuple[str, ...]]:
    """The grids of all that may have a file, from the root down; an enterprise is a unit here."""
    everything = (
        *_buildings(document),
        *_yards(document),
        *_units(document, NO_FILE_RULES),
        *_households(document),
    )
    return {(one.kind, one.id): one.path for one in everything}


def building_path(document: SiteDocument, building: str) -> tuple[str, ...]:
    """The grids of a building from the root down."""
    one = [found for found in document.buildings if found.id == building]
    home = _homes(msgspec.structs.replace(document, buildings=one)).get(building)
    return _path(_parents(document), home)


def _buildings(document: SiteDocument) -> Iterator[Subject]:
    homes, parents = _homes(document), _parents(document)
    for building in document.buildings:
        yield Subject(
            kind="building",
            id=building.id,
            name=building.name,
            at=_middle(building.outline),
            path=_path(parents, homes.get(building.id)),
            building=building.id,
        )


def _yards(document: SiteDocument) -> Iterator[Subject]:
    parents = _parents(document)
    for grid in document.grids:
        if grid.kind == "unit":
            path = _path(parents, grid.code)
            at = _middle(grid.boundary)
            yield Subject(kind="yard", id=grid.code, name=grid.name, at=at, path=path)


def _units(document: SiteDocument, rules: FileRules) -> Iterator[Subject]:
    enterprises = rules.kinds["enterprise"].unit_kinds if "enterprise" in rules.kinds else ()
    homes, parents = locate(document, "unit"), _parents(document)
    for unit in document.units:
        yield Subject(
            kind="enterprise" if unit.kind in enterprises else "unit",
            id=unit.id,
            name=unit.name,
            at=unit.at,
            path=_path(parents, homes.get(unit.id)),
            building=unit.building,
            floor=unit.floor,
        )


def _households(document: SiteDocument) -> Iterator[Subject]:
    homes, parents = locate(document, "household"), _parents(document)
    for household in document.households:
        yield Subject(
            kind="household",
            id=household.id,
            name=Name(household.id, household.id),
            at=household.at,
            path=_path(parents, homes.get(household.id)),
            building=household.building,
            floor=household.floor,
        )


def _homes(document: SiteDocument) -> dict[str, str]:
    """The grid of each building; grids of single floors don't count."""
    parents = _parents(document)
    deep = sorted(
        (grid for grid in document.grids if grid.floor is None),
        key=lambda grid: (-len(grid_path(parents, grid.code)), grid.code),
    )
    shapes = [(grid.code, Polygon(grid.boundary)) for grid in deep]
    found: dict[str, str] = {}
    for building in document.buildings:
        outline = Polygon(building.outline)
        for code, shape in shapes:
            if shape.intersects(outline) and shape.intersection(outline).area > HALF * outline.area:
                found[building.id] = code
                break
    return found


def _path(parents: dict[str, str | None], code: str | None) -> tuple[str, ...]:
    return () if code is None else grid_path(parents, code)


def _parents(document: SiteDocument) -> dict[str, str | None]:
    return {grid.code: grid.parent for grid in document.grids}


def _middle(ring: list[Point]) -> Point:
    middle = Polygon(ring).representative_point()
    return round(middle.x, 1), round(middle.y, 1)
