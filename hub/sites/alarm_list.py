"""Alarm list: who is told at once of an emergency in a grid, all at the same time (HZ-07). Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from hub.sites.adjacency import neighbours
from hub.sites.defence import partners
from hub.sites.domain import SiteDocument

Capacity = Literal["holder", "duty", "upper", "neighbour", "partner"]


class Told(msgspec.Struct, frozen=True):
    """A person, and as what: holder of the grid, stand-in or desk on duty, chief of the grid
    above, holder of a grid beside it, or partner of a joint-defence group."""

    person: str
    capacity: Capacity


def alarm_list(document: SiteDocument, grid: str, *, direct: bool = False) -> tuple[Told, ...]:
    """Everybody who is told of an emergency in a leaf grid, each once, in the first capacity.

    Under `direct` command the upper one is the root's holder, whatever lies between (GR-24).
    """
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
    while above is not None and (above not in holdings or (direct and parents[above] is not None)):
        above = parents.get(above)
    if above is not None:
        told.setdefault(holdings[above].warden, "upper")
    for beside in neighbours(document).get(grid, ()):
        if beside.code in holdings:
            told.setdefault(holdings[beside.code].warden, "neighbour")
    return tuple(Told(person, capacity) for person, capacity in told.items())


def with_partners(document: SiteDocument, told: tuple[Told, ...], place: str) -> tuple[Told, ...]:
    """Those who are told, and the partners of a unit that is affected at the place (GR-22)."""
    known = {one.person for one in told}
    more = [one for one in partners(document, place) if one not in known]
    return (*told, *(Told(person, "partner") for person in more))
