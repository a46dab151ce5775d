from __future__ import annotations

import pytest
import shapely
from shapely import LineString, Polygon

from edge.simulate.territory import HEIGHT, WIDTH, Territory, build_territory

SEEDS = [1, 7, 2026]


@pytest.fixture(params=SEEDS)
def territory(request: pytest.FixtureRequest) -> Territory:
    return build_territory(request.param)


def test_forty_leaf_grids_lie_in_a_tree_of_three_levels(territory: Territory) -> None:
    parents = {grid.code: grid.parent for grid in territory.grids}
    assert len(territory.leaves) == 40
    assert len(parents) == 45
    for leaf in territory.leaves:
        district = parents[leaf.code]
        assert district is not None
        assert parents[district] == "C"
    assert parents["C"] is None


def test_leaf_grids_partition_the_site_exactly(territory: Territory) -> None:
    leaves = [Polygon(leaf.boundary) for leaf in territory.leaves]
    assert shapely.coverage_is_valid(leaves)  # no gap, no overlap, borders match point by point
    whole = shapely.coverage_union_all(leaves)
    assert whole.equals(shapely.box(0, 0, WIDTH, HEIGHT))


def test_a_grid_is_exactly_the_union_of_its_children(territory: Territory) -> None:
    for grid in territory.grids:
        children = [Polygon(g.boundary) for g in territory.grids if g.parent == grid.code]
        if children:
            assert shapely.coverage_union_all(children).equals(Polygon(grid.boundary))


def test_no_building_is_split_by_a_grid_boundary(territory: Territory) -> None:
    leaves = [Polygon(leaf.boundary) for leaf in territory.leaves]
    assert len(territory.buildings) == 12
    for building in territory.buildings:
        outline = Polygon(building.outline)
        assert sum(leaf.contains_properly(outline) for leaf in leaves) == 1


def test_roads_run_past_buildings(territory: Territory) -> None:
    for road in territory.roads:
        lane = LineString(road.line).buffer(road.width / 2)
        assert not any(lane.intersects(Polygon(b.outline)) for b in territory.buildings)


def test_an_open_spot_is_in_the_same_grid_and_off_walls_and_boundaries(
    territory: Territory,
) -> None:
    leaves = [Polygon(leaf.boundary) for leaf in territory.leaves]
    for building in territory.buildings:
        inside = building.middle
        spot = shapely.Point(territory.open_spot(inside))
        leaf = next(leaf for leaf in leaves if leaf.contains(shapely.Point(inside)))
        assert leaf.contains(spot)
        assert leaf.boundary.distance(spot) > 5
        assert Polygon(building.outline).distance(spot) > 3


def test_the_same_seed_draws_the_same_plan() -> None:
    assert build_territory(7).grids == build_territory(7).grids
    assert build_territory(7).grids != build_territory(8).grids
