from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sites.coverage import Unplaced, cover_problems, locate, unplaced_points
from hub.sites.domain import Device, Grid, Identity, Name, Point, SiteDocument

_NAME = Name("n", "n")


def site(devices: list[Device], *, columns: int = 4) -> SiteDocument:
    """A row of square leaves, 10 m wide, numbered from the west."""
    cells = [
        Grid(
            f"g{i}", "root", _NAME, [(10 * i, 0), (10 * i + 10, 0), (10 * i + 10, 10), (10 * i, 10)]
        )
        for i in range(columns)
    ]
    wide = 10 * columns
    root = Grid("root", None, _NAME, [(0, 0), (wide, 0), (wide, 10), (0, 10), (0, 0)])
    return SiteDocument(
        format=1,
        site=Identity("s", _NAME),
        levels=[_NAME, _NAME],
        bounds=(0, 0, wide, 10),
        grids=[root, *reversed(cells)],
        people=[],
        holdings=[],
        devices=devices,
    )


def device(at: Point) -> Device:
    return Device("d", "hydrant", "p", at, "a", 5)


@given(x=st.floats(0, 40), y=st.floats(0, 10))
def test_a_device_lies_in_the_leaf_around_it(x: float, y: float) -> None:
    (code,) = locate(site([device((x, y))])).values()
    left = 10 * int(code.removeprefix("g"))
    assert left <= x <= left + 10


@pytest.mark.parametrize(("x", "code"), [(10.0, "g0"), (20.0, "g1"), (0.0, "g0"), (40.0, "g3")])
def test_a_device_on_a_border_goes_to_the_lower_code(x: float, code: str) -> None:
    assert locate(site([device((x, 5))])) == {"d": code}


def test_a_device_outside_has_no_leaf() -> None:
    document = site([device((-1, 5))])
    assert locate(document) == {}
    assert unplaced_points(document, [(-1, 5), (5, 5)]) == {0: Unplaced.NOWHERE}


def test_a_whole_partition_has_no_problems() -> None:
    assert list(cover_problems(site([]))) == []


def moved(document: SiteDocument, code: str, boundary: list[Point]) -> SiteDocument:
    grids = [
        msgspec.structs.replace(grid, boundary=boundary) if grid.code == code else grid
        for grid in document.grids
    ]
    return msgspec.structs.replace(document, grids=grids)


def test_a_gap_is_measured_and_located() -> None:
    """GR-05 in part: gaps are listed."""
    document = moved(site([]), "g1", [(10, 0), (18, 0), (18, 10), (10, 10)])
    assert [problem.text for problem in cover_problems(document)] == [
        "grid root has a gap of 20 m² at (19, 5) that none of its grids covers"
    ]


def test_an_overlap_names_both_leaves_and_the_points_in_both() -> None:
    """GR-05 in part: overlaps are listed."""
    document = moved(site([]), "g1", [(8, 0), (20, 0), (20, 10), (8, 10)])
    assert [problem.subject for problem in cover_problems(document)] == ["g0"]
    assert unplaced_points(document, [(9, 5), (8, 5)]) == {0: Unplaced.TWICE}


def test_a_grid_that_leaves_its_parent_is_found() -> None:
    document = moved(site([]), "g3", [(30, 0), (45, 0), (45, 10), (30, 10)])
    assert [problem.text for problem in cover_problems(document)] == [
        "the grids in root reach 50 m² at (42, 5) over its border"
    ]


def test_a_sliver_from_rounding_is_no_problem() -> None:
    document = moved(site([]), "g1", [(10.05, 0), (20, 0), (20, 10), (10.05, 10)])
    assert list(cover_problems(document)) == []


def test_a_boundary_that_crosses_itself_is_named() -> None:
    document = moved(site([]), "g1", [(10, 0), (20, 10), (20, 0), (10, 10)])
    assert "the boundary of grid g1 crosses itself" in [p.text for p in cover_problems(document)]
