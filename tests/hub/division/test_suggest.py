"""Splits and merges that the plan's sizes suggest, and their taking up."""

from __future__ import annotations

from itertools import product

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon

from hub.division.domain import with_division
from hub.division.suggest import suggestions
from hub.plans.read import shipped_plan
from hub.sites.check import check
from hub.sites.domain import Building, Holding, Household, SiteDocument
from hub.sites.rules import NO_RULES, GridRules, SizeRule
from hub.sites.sizes import sizes
from hub.sites.store import load_site
from ingest import clock
from tests.hub.division.test_proposals import decide
from tests.hub.make import SITE, box, in_transaction, name, running_hub

MOST = GridRules(sizes=[SizeRule(level=1, households_max=20, source="a notice")])
LEAST = GridRules(sizes=[SizeRule(level=1, households_min=5, households_max=30, source="a notice")])


def house(id_: str, left: float, bottom: float, width: float = 20, height: float = 10) -> Building:
    right, top = left + width, bottom + height
    ring = [(left, bottom), (right, bottom), (right, top), (left, top)]
    return Building(id_, name(id_), ring, 3)


def homes(at: list[tuple[float, float]], people: int = 3) -> list[Household]:
    return [Household(f"home-{index}", spot, people) for index, spot in enumerate(at)]


def filled(at: list[tuple[float, float]], *houses: Building) -> SiteDocument:
    return msgspec.structs.replace(SITE, households=homes(at), buildings=list(houses))


ROWS = [(x, y) for x, y in product(range(5, 100, 10), (20, 50, 80))]


def test_a_grid_that_is_too_large_is_cut_into_even_halves_beside_the_buildings() -> None:
    """GR-18: by households, never through a building; both halves are sound."""
    site = filled(ROWS, house("a", 42, 45), house("b", 42, 70))
    (made,) = suggestions(site, MOST)
    assert (made.what, made.grid, made.other) == ("split", "C-1", "C-1.2")
    assert "30 households" in made.why
    after = with_division(site, made.division)
    assert check(after) == []
    size = sizes(after)
    counts = sorted(size[code].households for code in ("C-1", "C-1.2"))
    assert sum(counts) == 30
    assert counts[0] >= 12
    rings = [Polygon(g.boundary) for g in after.grids if g.code in ("C-1", "C-1.2")]
    border = rings[0].boundary.intersection(rings[1].buffer(0.01))
    assert border.length > 50
    for building in site.buildings:
        assert sum(ring.intersection(Polygon(building.outline)).area > 1 for ring in rings) == 1


def test_a_single_building_is_never_split() -> None:
    """GR-18, GR-07 in part: a grid that is one building stays whole, however full."""
    inside = [(20 + x, 42 + y) for x, y in product(range(0, 60, 4), range(0, 12, 4))]
    assert suggestions(filled(inside, house("hall", 5, 5, 90, 90)), MOST) == []


def test_a_grid_that_is_too_small_joins_its_smallest_neighbour() -> None:
    """GR-18: within the same parent, and only where both together fit the rule."""
    near = [(50.0, float(y)) for y in range(10, 40, 10)]
    east = [(150.0, float(y)) for y in range(10, 80, 10)]
    site = filled(near + east)
    (made,) = suggestions(site, LEAST)
    assert (made.what, made.grid, made.other) == ("merge", "C-1", "C-2")
    after = with_division(site, made.division)
    assert check(after) == []
    assert sizes(after)["C-2"].households == 10
    crowded = filled(near + [(150.0, y / 2) for y in range(2, 150, 5)])
    assert [one for one in suggestions(crowded, LEAST) if one.what == "merge"] == []


def test_inside_the_rule_nothing_is_suggested() -> None:
    """GR-18: neither without a rule."""
    site = filled(ROWS[:10])
    assert suggestions(site, MOST) == []
    assert suggestions(filled(ROWS), NO_RULES) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(1, 99), st.floats(1, 99)), min_size=21, max_size=60, unique=True)
)
def test_whatever_is_suggested_is_a_sound_division(at: list[tuple[float, float]]) -> None:
    """GR-18: halves cover the grid, no household is lost, the smaller has two fifths at least."""
    site = filled(at)
    for made in suggestions(site, MOST):
        after = with_division(site, made.division)
        assert [one.kind for one in check(after) if one.kind != "twice"] == []
        size = sizes(after)
        mine = [size[code].people for code in (made.grid, made.other)]
        assert sum(mine) == 3 * len(at)
        assert min(mine) >= 0.4 * sum(mine) - 3


def test_a_suggestion_is_taken_up_decided_and_leaves_both_histories(database_url: str) -> None:
    """GR-18, GR-08: machine-made, proposed by a person, approved from above, kept on both sides."""
    site = filled([*ROWS, (150, 50)])
    started = clock.now() - 60_000_000
    in_transaction(database_url, lambda conn: load_site(conn, site, now=started))
    plan = msgspec.structs.replace(shipped_plan("campus"), grids=MOST)
    with running_hub(database_url, plan=plan) as hub:
        (found,) = hub.get("/api/suggestions")
        assert [(one["grid"], one["what"]) for one in found["changes"]] == [
            ("C-1", "redrawn"),
            ("C-1.2", "added"),
        ]
        headers = {"X-Gridwarden-Person": "p-west"}
        assert hub.client.post("/api/suggestions/C-2/proposal", headers=headers).status_code == 404
        made = hub.client.post("/api/suggestions/C-1/proposal", headers=headers).json()
        assert made["reason"].startswith("split C-1 / C-1.2: C-1 has 30 households")
        seen = hub.get(f"/api/proposals/{made['id']}")
        assert len(seen["after"]) == len(seen["before"]) + 1
        assert decide(hub, made["id"], "approve", "p-chief").status_code == 200
        history = hub.get("/api/grids/C-1")["history"]
        assert [one["kind"] for one in history].count("grid") == 2
        assert hub.get("/api/grids/C-1.2/holder")["warden"]["id"] == "p-west"
        then = clock.moment(started + 1_000_000).isoformat()
        assert hub.client.get("/api/grids/C-1.2/holder", params={"at": then}).status_code == 404
        assert hub.get("/api/grids/C-1/holder", at=then)["boundary"] == [
            list(corner) for corner in box(0, 100)
        ]


def test_six_digit_grids_get_the_next_free_code() -> None:
    """GR-18, GR-03: a new half is numbered as the village's others."""
    codes = {"C-1": "007101", "C-2": "007102"}
    grids = [
        msgspec.structs.replace(grid, code=codes.get(grid.code, grid.code)) for grid in SITE.grids
    ]
    holdings = [Holding(codes.get(held.grid, held.grid), held.warden) for held in SITE.holdings]
    site = msgspec.structs.replace(filled(ROWS), grids=grids, holdings=holdings)
    (made,) = suggestions(site, MOST)
    assert made.other == "007103"


def test_points_on_the_line_belong_to_one_half() -> None:
    """GR-18: the cut runs between households, never through one."""
    (made,) = suggestions(filled(ROWS), MOST)
    first, second = (
        Polygon(grid.boundary) for grid in made.division.grids if grid.code in ("C-1", "C-1.2")
    )
    line = first.boundary.intersection(second.boundary.buffer(0.01))
    assert all(Point(spot).distance(line) > 1 for spot in ROWS)
