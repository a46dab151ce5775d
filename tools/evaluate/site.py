"""Site: the simulated campus as the hub sees it, without a database."""

from __future__ import annotations

import msgspec
from shapely import Point, Polygon

from edge.simulate.territory import Territory
from edge.simulate.world import World
from hub.sites.coverage import locate
from hub.sites.domain import SiteDocument, Spot, grid_path


def document_of(world: World) -> SiteDocument:
    """The site's file as the hub reads it."""
    encoded = msgspec.json.encode(world.site_document())
    return msgspec.json.decode(encoded, type=SiteDocument)


def spots_of(document: SiteDocument) -> dict[str, Spot]:
    """Devices with their grids and holders, as the store gives them."""
    grids = locate(document)
    parents = {grid.code: grid.parent for grid in document.grids}
    places = {place.id: place for place in document.places}
    holders = {holding.grid: holding for holding in document.holdings}
    return {
        device.id: Spot(
            device=device.id,
            kind=device.kind,
            place=device.place,
            place_name=places[device.place].name,
            at=device.at,
            grid=grids[device.id],
            grid_path=grid_path(parents, grids[device.id]),
            warden=holders[grids[device.id]].warden,
            stand_in=holders[grids[device.id]].stand_in,
            agent=device.agent,
            report_s=device.report_s,
            building=places[device.place].building,
            zone=places[device.place].zone,
        )
        for device in document.devices
    }


def true_grids(world: World) -> dict[str, str]:
    """Each device's leaf grid by the territory itself, to hold the hub's answer against."""
    return {device.id: _leaf(world.territory, device.at) for device in world.devices}


def _leaf(territory: Territory, at: tuple[float, float]) -> str:
    return next(leaf.code for leaf in territory.leaves if Polygon(leaf.boundary).covers(Point(at)))
