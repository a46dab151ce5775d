"""Coverage: leaf grids partition the site, and every point lies in exactly one of them.

Areas are square metres.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, STRtree, intersection, make_valid, points, union_all
from shapely.geometry.base import BaseGeometry

from hub.sites.domain import Point, SiteDocument, leaf_codes

# Ours: the sliver that coordinates rounded to a decimetre leave along ten metres of border.
TOLERANCE_M2 = 1.0


class Unplaced(Enum):
    """Why a point has no leaf grid of its own."""

    NOWHERE = "nowhere"
    TWICE = "twice"


def locate(document: SiteDocument) -> dict[str, str]:
    """The leaf grid of each device; on a border, the one with the lower code.

    A device that lies in no leaf grid is left out; `check` reports it.
    """
    codes = leaf_codes(document)
    point, leaf = _hits(document, [device.at for device in document.devices], "intersects")
    # Leaves stand in ascending order of code: the last write of a reversed walk is the lowest.
    return {
        document.devices[at].id: codes[where]
        for at, where in zip(point[::-1].tolist(), leaf[::-1].tolist(), strict=True)
    }


def unplaced_points(document: SiteDocument, at: Sequence[Point]) -> dict[int, Unplaced]:
    """Index of each point outside every leaf grid, or inside (not on the border of) several."""
    touched, _ = _hits(document, at, "intersects")
    inside, _ = _hits(document, at, "within")
    hits = np.bincount(touched, minlength=len(at))
    depth = np.bincount(inside, minlength=len(at))
    return {int(index): Unplaced.NOWHERE for index in np.flatnonzero(hits == 0)} | {
        int(index): Unplaced.TWICE for index in np.flatnonzero(depth > 1)
    }


def cover_problems(document: SiteDocument) -> Iterator[tuple[str, str]]:
    """Grid code and text of each overlap of two leaves, gap in a grid, and spill over its border.

    Differences up to `TOLERANCE_M2` are roundings, not problems.
    """
    shapes: dict[str, BaseGeometry] = {}
    for grid in document.grids:
        polygon = Polygon(grid.boundary)
        if not polygon.is_valid:
            yield grid.code, f"the boundary of grid {grid.code} crosses itself"
        shapes[grid.code] = make_valid(polygon)
    yield from _overlaps(leaf_codes(document), shapes)
    children: defaultdict[str, list[BaseGeometry]] = defaultdict(list)
    for grid in document.grids:
        if grid.parent is not None and grid.parent in shapes:
            children[grid.parent].append(shapes[grid.code])
    for code, parts in children.items():
        whole = union_all(parts)
        gap = shapes[code].difference(whole)
        spill = whole.difference(shapes[code])
        if gap.area > TOLERANCE_M2:
            yield code, f"grid {code} has a gap of {_size(gap)} that none of its grids covers"
        if spill.area > TOLERANCE_M2:
            yield code, f"the grids in {code} reach {_size(spill)} over its border"


def _overlaps(codes: list[str], shapes: dict[str, BaseGeometry]) -> Iterator[tuple[str, str]]:
    leaves = [shapes[code] for code in codes]
    first, second = STRtree(leaves).query(leaves, predicate="intersects")
    pairs: list[tuple[int, int]] = np.column_stack((first, second))[first < second].tolist()
    for one, other in pairs:
        shared = intersection(leaves[one], leaves[other])
        if shared.area > TOLERANCE_M2:
            yield codes[one], f"leaf grids {codes[one]} and {codes[other]} share {_size(shared)}"


def _hits(
    document: SiteDocument, at: Sequence[Point], predicate: Literal["intersects", "within"]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (index of point, index of leaf in ascending order of code), in that order."""
    boundary = {grid.code: grid.boundary for grid in document.grids}
    leaves = [make_valid(Polygon(boundary[code])) for code in leaf_codes(document)]
    where = points(np.array(at, dtype=np.float64).reshape(-1, 2))
    pairs = STRtree(leaves).query(where, predicate=predicate)
    point, leaf = pairs[:, np.lexsort((pairs[1], pairs[0]))]
    return point, leaf


def _size(shape: BaseGeometry) -> str:
    middle = shape.representative_point()
    return f"{shape.area:.0f} m² at ({middle.x:.0f}, {middle.y:.0f})"
