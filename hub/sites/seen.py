"""Seen: the part of the site that somebody may know, as a smaller site. Pure.

Of the grids above one's own only name, outline and holders remain; of those beside, nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from shapely import Polygon, make_valid, union_all

from hub.sites.coverage import locate
from hub.sites.domain import Building, SiteDocument, grid_path

Sees = Callable[[Sequence[str]], bool]


def part_of(document: SiteDocument, sees: Sees, *, person: str | None = None) -> SiteDocument:
    """The site with only what lies in grids that `sees` says yes to, by their path from the root.

    People are those who work or hold something there or above, who work in the whole site, and
    `person`.
    """
    parents = {grid.code: grid.parent for grid in document.grids}
    paths = {code: grid_path(parents, code) for code in parents}
    own = {code for code, path in paths.items() if sees(path)}
    known = own | {above for code in own for above in paths[code]}
    holdings = [held for held in document.holdings if held.grid in known]
    holders = {one for held in holdings for one in (held.warden, held.stand_in)}
    seats = {
        one for held in document.holdings for one in (held.warden, held.stand_in) if one is not None
    }
    homes = {what: locate(document, what) for what in ("place", "device", "household", "unit")}
    places = [one for one in document.places if homes["place"].get(one.id) in own]
    buildings = {one.building for one in places}
    area = union_all(
        [make_valid(Polygon(grid.boundary)) for grid in document.grids if grid.code in own]
    )

    def is_near(building: Building) -> bool:
        return building.id in buildings or area.intersects(make_valid(Polygon(building.outline)))

    return msgspec.structs.replace(
        document,
        grids=[grid for grid in document.grids if grid.code in known],
        holdings=holdings,
        duties=[one for one in document.duties if one.grid in own],
        contracts=[one for one in document.contracts if one.grid in own],
        people=[
            one
            for one in document.people
            if one.id in holders
            or one.id == person
            or (one.id not in seats if one.grid is None else one.grid in own)
        ],
        places=places,
        devices=[one for one in document.devices if homes["device"].get(one.id) in own],
        households=[one for one in document.households if homes["household"].get(one.id) in own],
        units=[one for one in document.units if homes["unit"].get(one.id) in own],
        buildings=[one for one in document.buildings if is_near(one)],
        agents=[],
        terminals=[],
    )
