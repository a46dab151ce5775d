"""Suggest: a split or merge where a leaf grid leaves its size rule, for a person to take up. Pure.

A grid that is too large is cut in two by a straight line that keeps clear of every building and
gives both halves as equal a load as it can. One that is too small is joined with the neighbour
that is the smallest after it. Coordinates are planar metres.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from math import cos, pi, sin
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.ops import split as cut_along

from hub.division.domain import Division, division_of
from hub.sites.adjacency import Neighbour, neighbours
from hub.sites.codes import TYPES, next_code
from hub.sites.coverage import TOLERANCE_M2, depth_of, locate
from hub.sites.domain import Grid, Holding, Point, SiteDocument, leaf_codes
from hub.sites.rules import GridRules, SizeRule
from hub.sites.sizes import Size, sizes

ANGLES = 24  # ours: cuts are tried every 7.5 degrees
SHIFTS = 25  # ours: and so many, from the most even one to both sides
EVEN = 0.4  # ours: the smaller half has at least so much of the load, else there is no suggestion

What = Literal["split", "merge"]


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What could be done about a grid, why, and the division that it would make."""

    what: What
    grid: str
    other: str
    why: str
    division: Division


def suggestions(document: SiteDocument, rules: GridRules) -> list[Suggestion]:
    """One suggestion for each leaf grid outside a plan's size rule, where there is a way.

    For a document that `check` has passed. Floors are walls: a grid of one floor is left alone.
    """
    size, beside = sizes(document), neighbours(document)
    found: list[Suggestion] = []
    merged: set[str] = set()
    for grid, rule, large in _outside(document, rules, size):
        made = (
            _split(document, grid, rule, size)
            if large
            else _merge(
                document,
                grid,
                rule,
                size,
                [one for one in beside[grid.code] if not one.above],
                merged,
            )
        )
        if made is not None:
            found.append(made)
            merged |= {made.grid, made.other}
    return found


def _outside(
    document: SiteDocument, rules: GridRules, size: Mapping[str, Size]
) -> Iterator[tuple[Grid, SizeRule, bool]]:
    """Leaf grids that leave a rule on households or people, each once; whether too large."""
    depth, leaves = depth_of(document), set(leaf_codes(document))
    for grid in sorted(document.grids, key=lambda grid: grid.code):
        if grid.code not in leaves or grid.floor is not None or grid.parent is None:
            continue
        for rule in rules.sizes:
            fits = rule.level in (None, depth[grid.code]) and rule.kind in (None, grid.kind)
            if not fits:
                continue
            own = size[grid.code]
            if _above(own.households, rule.households_max) or _above(own.people, rule.people_max):
                yield grid, rule, True
                break
            if _above(rule.households_min, own.households) or _above(rule.people_min, own.people):
                yield grid, rule, False
                break


def _above(count: int | None, limit: int | None) -> bool:
    return count is not None and limit is not None and count > limit


def _split(
    document: SiteDocument, grid: Grid, rule: SizeRule, size: Mapping[str, Size]
) -> Suggestion | None:
    homes = locate(document, "household")
    mine = [one for one in document.households if homes.get(one.id) == grid.code]
    if len(mine) < 2:
        return None
    at = np.array([one.at for one in mine])
    weight = np.array([max(one.people, 1) for one in mine], dtype=float)
    rings = _best_cut(Polygon(grid.boundary), _houses(document, grid), at, weight)
    if rings is None:
        return None
    code = _free(grid, {one.code for one in document.grids})
    first, second = rings
    old = division_of(document)
    holding = next((held for held in old.holdings if held.grid == grid.code), None)
    heir = [] if holding is None else [_for_half(holding, code)]
    duties = [
        msgspec.structs.replace(one, id=f"{one.id}.{code}"[-64:], grid=code)
        for one in old.duties
        if one.grid == grid.code
    ]
    contracts = [
        msgspec.structs.replace(one, grid=code) for one in old.contracts if one.grid == grid.code
    ]
    division = msgspec.structs.replace(
        old,
        grids=[
            *(
                msgspec.structs.replace(one, boundary=first) if one.code == grid.code else one
                for one in old.grids
            ),
            msgspec.structs.replace(grid, code=code, boundary=second),
        ],
        holdings=[*old.holdings, *heir],
        duties=[*old.duties, *duties],
        contracts=[*old.contracts, *contracts],
    )
    own = size[grid.code]
    why = f"{grid.code} has {own.households} households and {own.people} people ({rule.source})"
    return Suggestion(what="split", grid=grid.code, other=code, why=why, division=division)


def _for_half(holding: Holding, code: str) -> Holding:
    """The same holder for the new half, until a person names another (ours)."""
    why = holding.exception or f"{holding.grid} was split: name a warden for {code}"
    return msgspec.structs.replace(holding, grid=code, exception=why)


def _best_cut(
    area: Polygon, houses: Sequence[Polygon], at: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[list[Point], list[Point]] | None:
    """The two rings of the most even cut that splits no building, if one is even enough."""
    best: tuple[float, Polygon, Polygon] | None = None
    for angle in np.arange(ANGLES) * pi / ANGLES:
        normal = np.array([cos(angle), sin(angle)])
        for shift in _shifts(at @ normal, weight):
            parts = _parts(area, normal, shift)
            if parts is None or any(_crosses(house, normal, shift) for house in houses):
                continue
            share = float(weight[at @ normal < shift].sum() / weight.sum())
            even = min(share, 1 - share)
            shorter = -parts[0].intersection(parts[1]).length / 1e6  # the shorter border wins a tie
            if even >= EVEN and (best is None or even + shorter > best[0]):
                best = (even + shorter, *parts)
    return None if best is None else (_ring(best[1]), _ring(best[2]))


def _shifts(along: NDArray[np.float64], weight: NDArray[np.float64]) -> list[float]:
    """Where to cut: between neighbouring households, the most even places first."""
    order = np.argsort(along)
    along, share = along[order], np.cumsum(weight[order]) / weight.sum()
    gaps = np.flatnonzero(np.diff(along) > 0)
    nearest = gaps[np.argsort(np.abs(share[gaps] - 0.5))][:SHIFTS]
    return [float((along[gap] + along[gap + 1]) / 2) for gap in nearest]


def _parts(
    area: Polygon, normal: NDArray[np.float64], shift: float
) -> tuple[Polygon, Polygon] | None:
    reach = 4 * (max(area.bounds[2:]) - min(area.bounds[:2]))
    middle = normal * shift
    along = np.array([-normal[1], normal[0]]) * reach
    base = np.array([area.centroid.x, area.centroid.y])
    middle += along / reach * float(base @ (along / reach))
    pieces = cut_along(area, LineString([middle - along, middle + along])).geoms
    if len(pieces) != 2:
        return None
    low, high = pieces
    if np.array(low.centroid.coords[0]) @ normal > np.array(high.centroid.coords[0]) @ normal:
        low, high = high, low
    return (low, high) if isinstance(low, Polygon) and isinstance(high, Polygon) else None


def _crosses(house: Polygon, normal: NDArray[np.float64], shift: float) -> bool:
    along = np.array(house.exterior.coords) @ normal
    return bool(along.min() < shift < along.max())


def _houses(document: SiteDocument, grid: Grid) -> list[Polygon]:
    area = Polygon(grid.boundary)
    outlines = [Polygon(building.outline) for building in document.buildings]
    return [one for one in outlines if one.intersection(area).area > TOLERANCE_M2]


def _merge(
    document: SiteDocument,
    grid: Grid,
    rule: SizeRule,
    size: Mapping[str, Size],
    beside: Sequence[Neighbour],
    taken: set[str],
) -> Suggestion | None:
    by_code = {one.code: one for one in document.grids}
    leaves = set(leaf_codes(document))
    fits = [
        one.code
        for one in beside
        if one.code in leaves - taken
        and by_code[one.code].parent == grid.parent
        and by_code[one.code].kind == grid.kind
        and by_code[one.code].floor is None
        and not _above(size[one.code].households + size[grid.code].households, rule.households_max)
        and not _above(size[one.code].people + size[grid.code].people, rule.people_max)
    ]
    if grid.code in taken:
        return None
    for other in sorted(fits, key=lambda code: (size[code].people, size[code].households, code)):
        whole = Polygon(by_code[other].boundary).union(Polygon(grid.boundary))
        if isinstance(whole, Polygon) and not whole.interiors:
            own = size[grid.code]
            why = (
                f"{grid.code} has {own.households} households and {own.people} people "
                f"({rule.source})"
            )
            return Suggestion(
                what="merge",
                grid=grid.code,
                other=other,
                why=why,
                division=_joined(document, grid.code, other, _ring(whole)),
            )
    return None


def _joined(document: SiteDocument, gone: str, kept: str, ring: list[Point]) -> Division:
    """The division with one grid given up: its duties and contract go with it, its place stays."""
    old = division_of(document)
    return msgspec.structs.replace(
        old,
        grids=[
            msgspec.structs.replace(one, boundary=ring) if one.code == kept else one
            for one in old.grids
            if one.code != gone
        ],
        people=[
            msgspec.structs.replace(one, grid=kept) if one.grid == gone else one
            for one in old.people
        ],
        holdings=[one for one in old.holdings if one.grid != gone],
        duties=[one for one in old.duties if one.grid != gone],
        contracts=[one for one in old.contracts if one.grid != gone],
    )


def _ring(area: Polygon) -> list[Point]:
    return [(round(x, 3), round(y, 3)) for x, y in list(area.exterior.coords)[:-1]]


def _free(grid: Grid, taken: set[str]) -> str:
    """A code for the second half: the next free one of six digits, else the code with a number."""
    code = grid.code
    if len(code) == 6 and code.isdigit() and grid.kind in TYPES:
        return next_code(int(code[:3]), grid.kind, taken)
    return next(one for number in count(2) if (one := f"{code}.{number}") not in taken)
