"""GeoJSON: the division as features to be edited in any map program, and back.

A grid is a Polygon feature whose id is its code; the other fields of grid and holding are its
properties. With an origin, positions are longitude and latitude (RFC 7946); without one they are
the site's planar metres, and the member `gridwarden` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from hub.sites.coverage import depth_of
from hub.sites.domain import Grid, GridKind, Holding, Name, Point, SiteDocument, SiteError
from hub.sites.projection import Projection


class Properties(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a feature says of its grid; what map programs add is passed over."""

    name: Name
    parent: str | None = None
    kind: GridKind = "ordinary"
    live: bool = True
    building: str | None = None
    floor: int | None = None
    fixes: dict[str, str] = {}
    warden: str | None = None
    stand_in: str | None = None
    first: str | None = None
    main: str | None = None
    specific: str | None = None
    exception: str | None = None
    level: int | None = None


class Shape(msgspec.Struct, frozen=True):
    """One ring: a grid has no holes and is in one piece."""

    type: Literal["Polygon"]
    coordinates: list[list[Annotated[list[float], msgspec.Meta(min_length=2)]]]


class Feature(msgspec.Struct, frozen=True):
    """One grid."""

    type: Literal["Feature"]
    id: str
    geometry: Shape
    properties: Properties


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """In what the positions are given."""

    coordinates: Literal["metres", "lonlat"]
    origin: Point | None = None


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """The whole division."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    gridwarden: Frame | None = None


_decoder = msgspec.json.Decoder(Collection)


def export_geojson(document: SiteDocument) -> bytes:
    """The grids and their holders as a FeatureCollection, parents before children."""
    place = _identity if document.origin is None else Projection(document.origin).to_lonlat
    frame = Frame("metres") if document.origin is None else Frame("lonlat", document.origin)
    depth = depth_of(document)
    holdings = {holding.grid: holding for holding in document.holdings}
    features = [
        Feature(
            "Feature",
            grid.code,
            Shape("Polygon", [_closed([place(at) for at in grid.boundary])]),
            _properties(grid, holdings.get(grid.code), depth.get(grid.code)),
        )
        for grid in sorted(document.grids, key=lambda grid: (depth.get(grid.code, 0), grid.code))
    ]
    made = Collection(type="FeatureCollection", features=features, gridwarden=frame)
    return msgspec.json.format(msgspec.json.encode(made), indent=1)


def import_geojson(document: SiteDocument, text: bytes | str) -> SiteDocument:
    """The document with the division that a FeatureCollection draws; all else stays.

    Raises:
        SiteError: no such collection, a grid in several pieces or with holes, or degrees without
            an origin.
    """
    try:
        collection = _decoder.decode(text)
    except msgspec.MsgspecError as error:
        raise SiteError(f"not a GeoJSON FeatureCollection of grids: {error}") from error
    back = _placing(document, collection.gridwarden)
    grids: list[Grid] = []
    holdings: list[Holding] = []
    for feature in collection.features:
        rings = feature.geometry.coordinates
        if len(rings) != 1:
            raise SiteError(f"grid {feature.id}: one ring without holes is wanted")
        said = feature.properties
        grids.append(
            Grid(
                feature.id,
                said.parent,
                said.name,
                [back((at[0], at[1])) for at in rings[0][:-1]],
                said.kind,
                said.live,
                said.building,
                said.floor,
                said.fixes,
            )
        )
        if said.warden is not None:
            tiers = (said.first, said.main, said.specific, said.exception)
            holdings.append(Holding(feature.id, said.warden, said.stand_in, *tiers))
    try:
        # Through the site file's own reading, which checks codes and the length of rings.
        changed = msgspec.structs.replace(document, grids=grids, holdings=holdings)
        return msgspec.json.decode(msgspec.json.encode(changed), type=SiteDocument)
    except msgspec.MsgspecError as error:
        raise SiteError(f"the features do not make a site: {error}") from error


def _placing(document: SiteDocument, frame: Frame | None) -> Callable[[Point], Point]:
    if frame is not None and frame.coordinates == "metres":
        return _identity
    origin = document.origin if frame is None or frame.origin is None else frame.origin
    if origin is None:
        raise SiteError(
            "the collection is in degrees and the site has no origin: add `origin` (longitude, "
            'latitude of the point 0, 0) to the site file, or "gridwarden": {"coordinates": '
            '"metres"} to the collection'
        )
    return Projection(origin).to_metres


def _properties(grid: Grid, holding: Holding | None, level: int | None) -> Properties:
    same: dict[str, Any] = {
        name: getattr(grid, name)
        for name in ("name", "parent", "kind", "live", "building", "floor", "fixes")
    }
    if holding is not None:
        for name in ("warden", "stand_in", "first", "main", "specific", "exception"):
            same[name] = getattr(holding, name)
    return Properties(**same, level=level)


def _closed(ring: list[Point]) -> list[list[float]]:
    ends = ring if ring[0] == ring[-1] else [*ring, ring[0]]
    return [[x, y] for x, y in ends]


def _identity(at: Point) -> Point:
    return at
