"""A dormitory in the model: building head, floor head, room head; one floor, one small grid."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from hub.sites.check import check
from hub.sites.coverage import locate
from hub.sites.domain import Device, Place, SiteDocument, grid_path, read_document
from hub.sites.responsible import responsible

EXAMPLE = Path(__file__).parents[3] / "docs/examples/dormitory.json"


@pytest.fixture
def dormitory() -> SiteDocument:
    return read_document(EXAMPLE.read_bytes())


def test_one_floor_is_one_small_grid_within_the_campus(dormitory: SiteDocument) -> None:
    """GR-16: floors lie one above the other and are grids of their own; the example is sound."""
    assert check(dormitory) == []
    assert [level.zh for level in dormitory.levels] == ["大网格", "楼栋", "小网格"]
    floors = [grid for grid in dormitory.grids if grid.floor is not None]
    assert [grid.floor for grid in floors] == [1, 2, 3]
    assert len({tuple(grid.boundary) for grid in floors}) == 1


def test_what_hangs_on_a_floor_belongs_to_its_grid(dormitory: SiteDocument) -> None:
    """GR-05, GR-16: the same spot on the plan, told apart by the floor of the place."""
    assert locate(dormitory) == {
        "hydrant-1": "campus-yard",
        "smoke-1": "dorm-1-f1",
        "smoke-2": "dorm-1-f2",
        "smoke-3": "dorm-1-f3",
    }
    assert locate(dormitory, "household")["room-201"] == "dorm-1-f2"


def test_the_heads_of_building_floor_and_room_are_known(dormitory: SiteDocument) -> None:
    """GR-16, GR-13: building head, floor head, room head."""
    roles = {person.id: person.role for person in dormitory.people}
    holdings = {holding.grid: holding for holding in dormitory.holdings}
    assert roles[holdings["dorm-1"].warden] == "building_head"
    assert roles[holdings["dorm-1-f2"].warden] == "floor_head"
    heads = {room.head for room in dormitory.households}
    assert {roles[head] for head in heads if head is not None} == {"room_head"}
    parents = {grid.code: grid.parent for grid in dormitory.grids}
    tiers = responsible(grid_path(parents, "dorm-1-f2"), holdings)
    assert (tiers.main, tiers.specific) == ("p-building-1", "p-floor-2")


def test_a_floor_without_a_grid_is_a_gap(dormitory: SiteDocument) -> None:
    """GR-05: nobody answers for a forgotten floor, and what hangs there lies in no leaf grid."""
    grids = [grid for grid in dormitory.grids if grid.code != "dorm-1-f3"]
    holdings = [holding for holding in dormitory.holdings if holding.grid != "dorm-1-f3"]
    found = check(msgspec.structs.replace(dormitory, grids=grids, holdings=holdings, duties=[]))
    assert "floor 3 of hall-1 has no grid in dorm-1" in [problem.text for problem in found]
    assert {problem.kind for problem in found} == {"gap", "nowhere"}


def test_two_grids_on_the_same_floor_may_not_overlap(dormitory: SiteDocument) -> None:
    """GR-05: overlaps count on each floor."""
    grids = [
        msgspec.structs.replace(grid, floor=1) if grid.code == "dorm-1-f2" else grid
        for grid in dormitory.grids
    ]
    kinds = {problem.kind for problem in check(msgspec.structs.replace(dormitory, grids=grids))}
    assert {"overlap", "gap"} <= kinds


def test_a_device_without_a_floor_within_a_building_has_no_leaf(dormitory: SiteDocument) -> None:
    """GR-05: indoors the floor must be told."""
    name = dormitory.site.name
    more = msgspec.structs.replace(
        dormitory,
        places=[*dormitory.places, Place("stairs", name, "room", "hall-1", None, (20, 15))],
        devices=[*dormitory.devices, Device("smoke-9", "smoke", "stairs", (20, 15), "a", 5)],
    )
    assert [problem.kind for problem in check(more)] == ["nowhere", "nowhere"]
    assert locate(more)["smoke-9"] == "dorm-1"
