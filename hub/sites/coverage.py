"""Coverage: leaf grids partition the site, and every thing lies in exactly one of them.

Areas are square metres. A grid of one floor counts on that floor only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, STRtree, intersection, make_valid, points, union_all
from shapely.geometry.base import BaseGeometry

from hub.sites.domain import Grid, Point, Ring, SiteDocument, SiteError, grid_path, leaf_codes
from hub.sites.problem import Problem

# Ours: the sliver that coordinates rounded to a decimetre leave along ten metres of border.
TOLERANCE_M2 = 1.0


class Unplaced(Enum):
    """Why a thing has no leaf grid of its own."""

    NOWHERE = "nowhere"
    TWICE = "twice"


class Thing(msgspec.Struct, frozen=True):
    """Whatever must lie in one leaf grid; `floor` is None outdoors."""

    what: Literal["device", "place", "household", "unit"]
    id: str
    at: Point
    floor: int | None = None


def things(document: SiteDocument) -> list[Thing]:
    """Every device, place, household and unit; a device lies on the floor of its place."""
    floors = {place.id: place.floor for place in document.places}
    return [
        *(Thing("device", one.id, one.at, floors.get(one.place)) for one in document.devices),
        *(Thing("place", one.id, one.at, one.floor) for one in document.places),
        *(Thing("household", one.id, one.at, one.floor) for one in document.households),
        *(Thing("unit", one.id, one.at, one.floor) for one in document.units),
    ]


def locate(document: SiteDocument, what: str = "device") -> dict[str, str]:
    """The grid of each thing of one sort; on a border, the one with the lower code.

    That is its leaf grid, or where the leaves leave a gap the smallest grid around it. What lies
    outside of the site is left out; `check` reports it.
    """
    return locate_among(document.grids, [one for one in things(document) if one.what == what])


def locate_among(tree: Sequence[Grid], wanted: Sequence[Thing]) -> dict[str, str]:
    """The grid of each of some things, by id, in a whole tree of grids; as `locate` says."""
    by_code = {grid.code: grid for grid in sorted(tree, key=lambda grid: grid.code)}
    parents = {grid.parent for grid in tree}
    leaves = [grid for code, grid in by_code.items() if code not in parents]
    inner = [grid for code, grid in by_code.items() if code in parents]
    inner.sort(key=lambda grid: Polygon(grid.boundary).area)
    found: dict[str, str] = {}
    for grids in (leaves, inner):
        point, where = _hits(grids, wanted, "intersects")
        # Grids stand in order of preference: the first hit of a thing is the one that counts.
        pairs: list[tuple[int, int]] = np.column_stack((point, where)).tolist()
        for at, grid in pairs:
            found.setdefault(wanted[at].id, grids[grid].code)
    return found


def paths_among(tree: Sequence[Grid], wanted: Sequence[Thing]) -> dict[str, tuple[str, ...]]:
    """The grids of each of some things from the root down, by id; as `locate_among`."""
    parents = {grid.code: grid.parent for grid in tree}
    return {id_: grid_path(parents, code) for id_, code in locate_among(tree, wanted).items()}


def things_within(document: SiteDocument, rings: Sequence[Ring]) -> list[Thing]:
    """The things that lie in the area of some rings, whatever their floor."""
    everything = things(document)
    if not rings or not everything:
        return []
    area = union_all([make_valid(Polygon(ring)) for ring in rings])
    inside = area.intersects(points(np.array([thing.at for thing in everything])))
    return [everything[index] for index in np.flatnonzero(inside).tolist()]


def unplaced_points(document: SiteDocument, at: Sequence[Point | Thing]) -> dict[int, Unplaced]:
    """Index of each thing outside every leaf grid, or inside (not on the border of) several."""
    wanted = [one if isinstance(one, Thing) else Thing("place", "", one) for one in at]
    by_code = {grid.code: grid for grid in document.grids}
    leaves = [by_code[code] for code in leaf_codes(document)]
    touched, _ = _hits(leaves, wanted, "intersects")
    inside, _ = _hits(leaves, wanted, "within")
    hits = np.bincount(touched, minlength=len(at))
    depth = np.bincount(inside, minlength=len(at))
    return {int(index): Unplaced.NOWHERE for index in np.flatnonzero(hits == 0)} | {
        int(index): Unplaced.TWICE for index in np.flatnonzero(depth > 1)
    }


def cover_problems(document: SiteDocument) -> Iterator[Problem]:
    """Each overlap of two leaves, gap in a grid, and spill over its border.

    Differences up to `TOLERANCE_M2` are roundings, not problems.
    """
    shapes: dict[str, BaseGeometry] = {}
    for grid in document.grids:
        polygon = Polygon(grid.boundary)
        if not polygon.is_valid:
            yield Problem(grid.code, f"the boundary of grid {grid.code} crosses itself")
        shapes[grid.code] = make_valid(polygon)
    stories = {grid.code: grid.floor for grid in document.grids}
    yield from _overlaps(leaf_codes(document), shapes, stories)
    children: defaultdict[str, list[Grid]] = defaultdict(list)
    for grid in document.grids:
        if grid.parent is not None and grid.parent in shapes:
            children[grid.parent].append(grid)
    for code, parts in children.items():
        yield from _missing_floors(document, code, parts)
        floors = {part.floor for part in parts if part.floor is not None}
        for floor in sorted(floors) or [None]:
            cells = [shapes[part.code] for part in parts if part.floor in (None, floor)]
            yield from _fit(code, floor, shapes[code], union_all(cells))


def outer_rings(shape: BaseGeometry) -> tuple[Ring, ...]:
    """The outer rings of every polygon in a shape, to be drawn; crumbs are left out."""
    parts: list[BaseGeometry] = list(getattr(shape, "geoms", [shape]))
    return tuple(
        [(float(x), float(y)) for x, y in part.exterior.coords]
        for part in parts
        if isinstance(part, Polygon) and part.area > TOLERANCE_M2
    )


def _fit(
    code: str, floor: int | None, whole: BaseGeometry, parts: BaseGeometry
) -> Iterator[Problem]:
    gap, spill = whole.difference(parts), parts.difference(whole)
    where = "" if floor is None else f" on floor {floor}"
    if gap.area > TOLERANCE_M2:
        text = f"grid {code} has a gap of {_size(gap)}{where} that none of its grids covers"
        yield Problem(code, text, "gap", code, gap.area, outer_rings(gap))
    if spill.area > TOLERANCE_M2:
        text = f"the grids in {code} reach {_size(spill)}{where} over its border"
        yield Problem(code, text, "spill", code, spill.area, outer_rings(spill))


def _missing_floors(document: SiteDocument, code: str, parts: list[Grid]) -> Iterator[Problem]:
    heights = {building.id: building.floors for building in document.buildings}
    for building in sorted({part.building for part in parts if part.building is not None}):
        floors = {part.floor for part in parts if part.building == building}
        if floors == {None}:
            continue
        for floor in range(1, heights.get(building, 0) + 1):
            if floor not in floors:
                text = f"floor {floor} of {building} has no grid in {code}"
                yield Problem(code, text, "gap", code)


def _overlaps(
    codes: list[str], shapes: dict[str, BaseGeometry], floors: dict[str, int | None]
) -> Iterator[Problem]:
    leaves = [shapes[code] for code in codes]
    first, second = STRtree(leaves).query(leaves, predicate="intersects")
    pairs: list[tuple[int, int]] = np.column_stack((first, second))[first < second].tolist()
    for one, other in pairs:
        stories = {floors[codes[one]], floors[codes[other]]}
        if len(stories) == 2 and None not in stories:
            continue
        shared = intersection(leaves[one], leaves[other])
        if shared.area > TOLERANCE_M2:
            text = f"leaf grids {codes[one]} and {codes[other]} share {_size(shared)}"
            yield Problem(codes[one], text, "overlap", codes[one], shared.area, outer_rings(shared))


def _hits(
    grids: Sequence[Grid], wanted: Sequence[Thing], predicate: Literal["intersects", "within"]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (index of thing, index of grid), in that order."""
    shapes = [make_valid(Polygon(grid.boundary)) for grid in grids]
    where = points(np.array([one.at for one in wanted], dtype=np.float64).reshape(-1, 2))
    pairs = STRtree(shapes).query(where, predicate=predicate)
    point, grid = pairs[:, np.lexsort((pairs[1], pairs[0]))]
    keep = np.array(
        [
            grids[cell].floor is None or grids[cell].floor == wanted[at].floor
            for at, cell in zip(point.tolist(), grid.tolist(), strict=True)
        ],
        dtype=bool,
    )
    return point[keep], grid[keep]


def depth_of(document: SiteDocument) -> dict[str, int]:
    """How deep each grid lies, the root at 0; grids of a broken tree are left out."""
    parents = {grid.code: grid.parent for grid in document.grids}
    found: dict[str, int] = {}
    for code in parents:
        try:
            found[code] = len(grid_path(parents, code)) - 1
        except SiteError:
            continue  # `check` names it
    return found


def _size(shape: BaseGeometry) -> str:
    middle = shape.representative_point()
    return f"{shape.area:.0f} m² at ({middle.x:.0f}, {middle.y:.0f})"
