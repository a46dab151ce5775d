"""GeoJSON out and in, in metres and in degrees."""

from __future__ import annotations

import json
from math import cos, hypot, radians

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sites.domain import Holding, Point, SiteDocument, SiteError
from hub.sites.geojson import export_geojson, import_geojson
from hub.sites.projection import Projection
from tests.hub.sites.conftest import small

origins = st.tuples(st.floats(-179, 179), st.floats(-80, 80))
metres = st.floats(-20_000, 20_000).map(lambda value: round(value, 3))


@given(origins, st.tuples(metres, metres))
def test_metres_to_degrees_and_back_are_the_same_to_the_millimetre(
    origin: Point, at: Point
) -> None:
    """GR-08: the local projection loses nothing."""
    there = Projection(origin)
    again = there.to_metres(there.to_lonlat(at))
    assert hypot(again[0] - at[0], again[1] - at[1]) <= 0.002


def test_a_degree_is_as_long_as_it_is_on_earth() -> None:
    """GR-08: 111.32 km of longitude on the equator, 110.574 of latitude (WGS 84)."""
    east = Projection((0, 0)).to_metres((1, 0))
    north = Projection((0, 0)).to_metres((0, 1))
    assert east[0] == pytest.approx(111_319.5, abs=0.1)
    assert north[1] == pytest.approx(110_574.3, abs=2)
    at_sixty = Projection((10, 60)).to_metres((11, 60))[0]
    assert at_sixty == pytest.approx(55_800, abs=1)
    assert at_sixty > 111_319.5 * cos(radians(60))


@pytest.mark.parametrize("origin", [(181.0, 0.0), (0.0, 86.0), (0.0, -90.0)])
def test_an_origin_beyond_the_earth_is_refused(origin: Point) -> None:
    """GR-08: told with the bounds."""
    with pytest.raises(SiteError, match="longitude from -180"):
        Projection(origin)


@given(st.none() | origins, st.lists(st.integers(1, 99), min_size=2, max_size=2))
def test_an_exported_division_comes_back_as_it_was(origin: Point | None, cut: list[int]) -> None:
    """GR-08, GR-25: round trip of every field of grids and holders, shapes to two millimetres."""
    document = msgspec.structs.replace(cut_at(small(), *cut), origin=origin)
    again = import_geojson(document, export_geojson(document))
    assert [grid.code for grid in again.grids] == sorted(
        (grid.code for grid in document.grids), key=lambda code: (len(code), code)
    )
    before = {grid.code: grid for grid in document.grids}
    for grid in again.grids:
        was = before[grid.code]
        assert msgspec.structs.replace(grid, boundary=was.boundary) == was
        off = [
            hypot(x - u, y - v) for (x, y), (u, v) in zip(grid.boundary, was.boundary, strict=True)
        ]
        assert max(off) <= 0.002
    assert sorted(again.holdings, key=str) == sorted(document.holdings, key=str)
    assert again.devices == document.devices


def cut_at(document: SiteDocument, west: int, east: int) -> SiteDocument:
    """Borders within the two districts at other heights, and a holding with every field."""
    rings = {
        code: [(left, low), (left + 100, low), (left + 100, high), (left, high)]
        for code, left, low, high in (
            ("C-1-01", 0, 0, west),
            ("C-1-02", 0, west, 200),
            ("C-2-01", 100, 0, east),
            ("C-2-02", 100, east, 200),
        )
    }
    grids = [
        msgspec.structs.replace(
            grid,
            boundary=[(float(x), float(y)) for x, y in rings.get(grid.code, grid.boundary)],
            kind="dedicated" if grid.code == "C-2-01" else "ordinary",
            live=grid.code != "C-1-02",
            fixes={"task": "rounds"} if grid.code == "C-2-02" else {},
        )
        for grid in document.grids
    ]
    full = Holding("C-2-02", "p-warden", "p-second", "p-chief", "p-chief", "p-second", "small")
    holdings = [full if held.grid == "C-2-02" else held for held in document.holdings]
    return msgspec.structs.replace(document, grids=grids, holdings=holdings)


def test_what_the_file_is_in_stands_in_it(document: SiteDocument) -> None:
    """GR-08: metres say so; degrees carry their origin."""
    plain = json.loads(export_geojson(document))
    assert plain["gridwarden"] == {"coordinates": "metres"}
    assert plain["features"][0]["id"] == "C"
    ring = plain["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    there = msgspec.structs.replace(document, origin=(113.35, 23.15))
    mapped = json.loads(export_geojson(there))
    assert mapped["gridwarden"] == {"coordinates": "lonlat", "origin": [113.35, 23.15]}
    corner = mapped["features"][0]["geometry"]["coordinates"][0][2]
    assert corner == pytest.approx([113.351953, 23.151806], abs=1e-5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "Feature"}, "not a GeoJSON FeatureCollection"),
        ({"gridwarden": None}, "the site has no origin"),
        ({"hole": True}, "one ring without holes"),
        ({"name": None}, "name"),
        ({"code": "no such code!"}, "do not make a site"),
        ({"short": True}, "do not make a site"),
    ],
)
def test_a_collection_that_is_none_is_refused_by_name(
    document: SiteDocument, change: dict[str, object], said: str
) -> None:
    """GR-08: what cannot be a division is told."""
    collection = json.loads(export_geojson(document))
    first = collection["features"][0]
    rings = first["geometry"]["coordinates"]
    if "hole" in change:
        rings.append(rings[0])
    elif "name" in change:
        first["properties"]["name"] = None
    elif "code" in change:
        first["id"] = change["code"]
    elif "short" in change:
        rings[0] = rings[0][:2]
    else:
        collection |= change
    with pytest.raises(SiteError, match=said):
        import_geojson(document, json.dumps(collection))
