"""Alarm list: who is told at once of an emergency in a grid, all at the same time (HZ-07). Pure."""

from __future__ import annotations

from typing import Literal

import msgspec
from shapely import Polygon

from hub.sites.domain import SiteDocument, leaf_codes

Capacity = Literal["holder", "duty", "upper", "neighbour"]

TOUCHING_M = 1.0  # ours: borders rounded to a decimetre and drawn twice still touch


class Told(msgspec.Struct, frozen=True):
    """A person, and as what: holder of the grid, stand-in or desk on duty, chief of the grid
    above, or holder of a grid beside it."""

    person: str
    capacity: Capacity


def alarm_list(document: SiteDocument, grid: str) -> tuple[Told, ...]:
    """Everybody who is told of an emergency in a leaf grid, each once, in the first capacity."""
    holdings = {holding.grid: holding for holding in document.holdings}
    parents = {one.code: one.parent for one in document.grids}
    told: dict[str, Capacity] = {}
    if grid in holdings:
        own = holdings[grid]
        told[own.warden] = "holder"
        if own.stand_in is not None:
            told.setdefault(own.stand_in, "duty")
    for person in document.people:
        if person.role == "desk":
            told.setdefault(person.id, "duty")
    above = parents.get(grid)
    while above is not None and above not in holdings:
        above = parents.get(above)
    if above is not None:
        told.setdefault(holdings[above].warden, "upper")
    for code in neighbours(document, grid):
        if code in holdings:
            told.setdefault(holdings[code].warden, "neighbour")
    return tuple(Told(person, capacity) for person, capacity in told.items())


def neighbours(document: SiteDocument, grid: str) -> list[str]:
    """Codes of the leaf grids whose borders touch that of a leaf grid, in ascending order."""
    shapes = {one.code: Polygon(one.boundary) for one in document.grids}
    if grid not in shapes:
        return []
    return [
        code
        for code in leaf_codes(document)
        if code != grid and shapes[code].distance(shapes[grid]) <= TOUCHING_M
    ]
