"""Adjacency: which grids share a border, from geometry alone."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from shapely import Polygon, STRtree, make_valid

from hub.sites.coverage import depth_of
from hub.sites.domain import Grid, SiteDocument, leaf_codes

NEAR_M = 0.5  # ours: borders drawn twice differ by so much at most
SHORTEST_M = 2.0  # ours: grids that touch in a corner are no neighbours


class Neighbour(msgspec.Struct, frozen=True):
    """A grid beside another; `above`: on the floor above or below.

    `border_m` is the length of the common border, to about a metre.
    """

    code: str
    border_m: float
    above: bool = False


def neighbours(document: SiteDocument) -> dict[str, list[Neighbour]]:
    """For each grid those beside it, the longest border first.

    Leaf grids are compared with leaf grids, inner ones with those of their level. Grids of one
    building on floors that follow each other are neighbours too.
    """
    leaves = set(leaf_codes(document))
    depth = depth_of(document)
    groups: defaultdict[int, list[Grid]] = defaultdict(list)
    for grid in document.grids:
        if grid.code in depth:
            groups[-1 if grid.code in leaves else depth[grid.code]].append(grid)
    found: dict[str, list[Neighbour]] = {code: [] for code in depth}
    for group in groups.values():
        _among(group, found)
    for beside in found.values():
        beside.sort(key=lambda one: (-one.border_m, one.code))
    return found


def _among(grids: list[Grid], found: dict[str, list[Neighbour]]) -> None:
    shapes = [make_valid(Polygon(grid.boundary)) for grid in grids]
    pairs = STRtree(shapes).query(shapes, predicate="dwithin", distance=NEAR_M)
    couples: list[tuple[int, int]] = pairs.T.tolist()
    for one, other in couples:
        if one >= other:
            continue
        a, b = grids[one], grids[other]
        if a.floor is not None and b.floor is not None and a.floor != b.floor:
            if a.building == b.building and abs(a.floor - b.floor) == 1:
                found[a.code].append(Neighbour(b.code, 0.0, above=True))
                found[b.code].append(Neighbour(a.code, 0.0, above=True))
            continue
        border = shapes[one].boundary.intersection(shapes[other].buffer(NEAR_M)).length
        if border > SHORTEST_M:
            found[a.code].append(Neighbour(b.code, round(border, 1)))
            found[b.code].append(Neighbour(a.code, round(border, 1)))
