"""Sizes: people, households, area per grid, and warnings where a plan's size rule is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec
from shapely import Polygon, STRtree

from hub.sites.care import uncared
from hub.sites.coverage import TOLERANCE_M2, depth_of, locate
from hub.sites.domain import Grid, SiteDocument, grid_path, leaf_codes
from hub.sites.members import exceptions
from hub.sites.problem import Problem
from hub.sites.rules import GridRules, SizeRule


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How large a grid is with all that lies in it; `grids` are those right within."""

    households: int
    people: int
    devices: int
    grids: int
    area_m2: float


def sizes(document: SiteDocument) -> dict[str, Size]:
    """The size of every grid of a sound tree, by code."""
    parents = {grid.code: grid.parent for grid in document.grids}
    households, people, devices = Counter[str](), Counter[str](), Counter[str]()
    homes = locate(document, "household")
    for household in document.households:
        for code in _around(parents, homes.get(household.id)):
            households[code] += 1
            people[code] += household.people
    for grid in locate(document).values():
        devices.update(_around(parents, grid))
    within = Counter(grid.parent for grid in document.grids)
    return {
        grid.code: Size(
            households=households[grid.code],
            people=people[grid.code],
            devices=devices[grid.code],
            grids=within[grid.code],
            area_m2=round(Polygon(grid.boundary).area, 1),
        )
        for grid in document.grids
    }


def warn(document: SiteDocument, rules: GridRules) -> list[Problem]:
    """What is worth a look and refuses nothing: sizes, split buildings, exceptions.

    For a document that `check` has passed.
    """
    depth, size = depth_of(document), sizes(document)
    found = [
        problem
        for grid in document.grids
        for rule in rules.sizes
        if _applies(rule, grid, depth[grid.code])
        for problem in _outside(rule, grid, size[grid.code])
    ]
    return [*found, *_split(document), *exceptions(document), *uncared(document)]


def _around(parents: dict[str, str | None], code: str | None) -> tuple[str, ...]:
    return () if code is None else grid_path(parents, code)


def _applies(rule: SizeRule, grid: Grid, depth: int) -> bool:
    return rule.level in (None, depth) and rule.kind in (None, grid.kind)


def _outside(rule: SizeRule, grid: Grid, size: Size) -> Iterator[Problem]:
    for what in ("households", "people", "grids"):
        count: int = getattr(size, what)
        least: int | None = getattr(rule, f"{what}_min")
        most: int | None = getattr(rule, f"{what}_max")
        if least is not None and count < least:
            text = f"grid {grid.code} has {count} {what}, the plan wants {least} or more"
        elif most is not None and count > most:
            text = f"grid {grid.code} has {count} {what}, the plan wants {most} or fewer"
        else:
            continue
        yield Problem(grid.code, f"{text} ({rule.source})", "size", grid.code)


def _split(document: SiteDocument) -> Iterator[Problem]:
    """Buildings that a border cuts; grids of single floors do not count."""
    by_code = {grid.code: grid for grid in document.grids}
    leaves = [by_code[code] for code in leaf_codes(document) if by_code[code].floor is None]
    cells = [Polygon(leaf.boundary) for leaf in leaves]
    tree = STRtree(cells)
    for building in document.buildings:
        outline = Polygon(building.outline)
        near: list[int] = tree.query(outline, predicate="intersects").tolist()
        cut = [
            leaves[at].code
            for at in sorted(near)
            if cells[at].intersection(outline).area > TOLERANCE_M2
        ]
        if len(cut) > 1:
            text = f"building {building.id} is split between the grids {', '.join(cut)}"
            yield Problem(building.id, text, "split", cut[0])
