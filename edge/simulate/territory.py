"""Territory: the campus's grids, buildings and roads.

Planar metres, y grows north. Ten by four leaf grids share the vertices of one jittered lattice,
so they partition the site exactly; four districts of five by two leaves each have the same
vertices on their borders. Every building keeps clear of the jitter: no grid boundary splits it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from shapely import Point, Polygon, unary_union
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

Spot: TypeAlias = tuple[float, float]

WIDTH, HEIGHT = 1600.0, 960.0
COLUMNS, ROWS = 10, 4
_CELL = (WIDTH / COLUMNS, HEIGHT / ROWS)
_JITTER = 18.0
_VERGE = 6.0  # devices in the open stand so far from grid boundaries, roads follow those
_WALL = 4.0  # … and so far from buildings

ROOT = "C"


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called, in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Grid:
    """One cell of the territory's tree."""

    code: str
    parent: str | None
    name: Name
    boundary: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Building:
    """A building with a rectangular outline; `use` says which rooms it has."""

    id: str
    use: str
    name: Name
    outline: tuple[Spot, ...]
    floors: int

    @property
    def middle(self) -> Spot:
        """The middle of the outline."""
        (left, bottom), _, (right, top), _ = self.outline
        return (left + right) / 2, (bottom + top) / 2

    def inside(self, along: float, across: float) -> Spot:
        """A spot inside, at these shares (0 to 1) of its length and depth."""
        (left, bottom), _, (right, top), _ = self.outline
        x, y = left + 2 + along * (right - left - 4), bottom + 2 + across * (top - bottom - 4)
        return round(x, 1), round(y, 1)


@dataclass(frozen=True, slots=True)
class Road:
    """A road's middle line and width in metres."""

    id: str
    line: tuple[Spot, ...]
    width: float


@dataclass(frozen=True)
class Territory:
    """Everything on the campus's plan but its devices. `leaves` are the grids without children."""

    grids: tuple[Grid, ...]
    buildings: tuple[Building, ...]
    roads: tuple[Road, ...]

    @property
    def leaves(self) -> tuple[Grid, ...]:
        """The leaf grids in the order of their codes."""
        return tuple(grid for grid in self.grids if grid.code.count("-") == 2)

    @cached_property
    def _open_ground(self) -> list[tuple[Polygon, BaseGeometry]]:
        walls = unary_union([Polygon(b.outline).buffer(_WALL) for b in self.buildings])
        cells = [Polygon(leaf.boundary) for leaf in self.leaves]
        return [(cell, cell.buffer(-_VERGE).difference(walls)) for cell in cells]

    def open_spot(self, near: Spot) -> Spot:
        """The nearest spot in the same leaf grid that is off its boundary and off buildings."""
        point = Point(near)
        ground = next(free for cell, free in self._open_ground if cell.covers(point))
        free = nearest_points(ground, point)[0]
        return round(free.x, 1), round(free.y, 1)


_DISTRICTS = (
    ("South-West", "西南", 0, 0),
    ("South-East", "东南", 1, 0),
    ("North-West", "西北", 0, 1),
    ("North-East", "东北", 1, 1),
)

# use, number of its kind, column and row of its leaf grid, length, depth, floors
_BUILDINGS = (
    ("dormitory", 1, 0, 3, 88, 22, 6),
    ("dormitory", 2, 1, 3, 88, 22, 6),
    ("dormitory", 3, 3, 3, 88, 22, 6),
    ("dormitory", 4, 0, 2, 88, 22, 6),
    ("dormitory", 5, 1, 2, 88, 22, 6),
    ("canteen", 1, 2, 2, 64, 46, 2),
    ("canteen", 2, 7, 2, 64, 46, 2),
    ("teaching", 1, 5, 2, 92, 36, 4),
    ("teaching", 2, 6, 1, 92, 36, 4),
    ("library", 0, 4, 1, 74, 60, 5),
    ("centre", 0, 3, 1, 60, 40, 3),
    ("laboratory", 0, 8, 1, 84, 40, 4),
)

_USES = {
    "dormitory": Name("Dormitory", "宿舍楼"),
    "canteen": Name("Canteen", "食堂"),
    "teaching": Name("Teaching Building", "教学楼"),
    "library": Name("Library", "图书馆"),
    "centre": Name("Student Centre", "学生活动中心"),
    "laboratory": Name("Laboratory Building", "实验楼"),
}

Lattice: TypeAlias = list[list[Spot]]  # [row][column], rows from south to north


def build_territory(seed: int) -> Territory:
    """The campus's plan; the same for the same seed."""
    random = np.random.default_rng((seed, 0x7E44))
    lattice = _lattice(random)
    return Territory(_grids(lattice), _buildings(random), _roads(lattice))


def _lattice(random: np.random.Generator) -> Lattice:
    shifts = random.uniform(-_JITTER, _JITTER, (ROWS + 1, COLUMNS + 1, 2)).round(1)
    shifts[:, (0, -1), 0] = 0.0  # the outer border stays straight
    shifts[(0, -1), :, 1] = 0.0
    return [
        [
            (
                round(column * _CELL[0] + float(shifts[row, column, 0]), 1),
                round(row * _CELL[1] + float(shifts[row, column, 1]), 1),
            )
            for column in range(COLUMNS + 1)
        ]
        for row in range(ROWS + 1)
    ]


def _ring(lattice: Lattice, left: int, bottom: int, right: int, top: int) -> tuple[Spot, ...]:
    """Border of a block of cells, counter-clockwise, with every lattice vertex on it."""
    south = [lattice[bottom][column] for column in range(left, right)]
    east = [lattice[row][right] for row in range(bottom, top)]
    north = [lattice[top][column] for column in range(right, left, -1)]
    west = [lattice[row][left] for row in range(top, bottom, -1)]
    return (*south, *east, *north, *west)


def _grids(lattice: Lattice) -> tuple[Grid, ...]:
    site = Grid(ROOT, None, Name("Whole Campus", "全校区"), _ring(lattice, 0, 0, COLUMNS, ROWS))
    districts: list[Grid] = []
    leaves: list[Grid] = []
    wide, high = COLUMNS // 2, ROWS // 2
    for number, (en, zh, east, north) in enumerate(_DISTRICTS, start=1):
        left, bottom = east * wide, north * high
        ring = _ring(lattice, left, bottom, left + wide, bottom + high)
        code = f"{ROOT}-{number}"
        districts.append(Grid(code, ROOT, Name(f"{en} District", f"{zh}片区"), ring))
        for cell in range(wide * high):
            column, row = left + cell % wide, bottom + cell // wide
            leaves.append(
                Grid(
                    f"{code}-{cell + 1:02}",
                    code,
                    Name(f"{en} Grid {cell + 1:02}", f"{zh}片区第{cell + 1:02}网格"),
                    _ring(lattice, column, row, column + 1, row + 1),
                )
            )
    return (site, *districts, *leaves)


def _buildings(random: np.random.Generator) -> tuple[Building, ...]:
    found: list[Building] = []
    for use, number, column, row, length, depth, floors in _BUILDINGS:
        kind = _USES[use]
        label = Name(f"{kind.en} {number}", f"{number}号{kind.zh}") if number else kind
        slack_x = (_CELL[0] - length) / 2 - _JITTER - _VERGE
        slack_y = (_CELL[1] - depth) / 2 - _JITTER - _VERGE
        x = (column + 0.5) * _CELL[0] - length / 2 + random.uniform(-slack_x, slack_x)
        y = (row + 0.5) * _CELL[1] - depth / 2 + random.uniform(-slack_y, slack_y)
        left, bottom = round(float(x)), round(float(y))
        right, top = left + length, bottom + depth
        outline = ((left, bottom), (right, bottom), (right, top), (left, top))
        name = f"{use}-{number}" if number else use
        found.append(Building(name, use, label, outline, floors))
    return tuple(found)


def _roads(lattice: Lattice) -> tuple[Road, ...]:
    """Roads run along grid boundaries: three avenues west to east, five streets south to north."""
    avenues = [
        Road(f"avenue-{row}", tuple(lattice[row]), 9.0 if row == ROWS // 2 else 6.0)
        for row in range(1, ROWS)
    ]
    streets = [
        Road(f"street-{column}", tuple(line[column] for line in lattice), 6.0)
        for column in (2, 4, 5, 7, 9)
    ]
    return (*avenues, *streets)
