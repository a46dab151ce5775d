from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sites.adjacency import Neighbour, neighbours
from hub.sites.domain import Grid, SiteDocument, read_document
from tests.hub.sites.conftest import box, name, small

EXAMPLE = Path(__file__).parents[3] / "docs/examples/dormitory.json"


def test_grids_that_share_a_border_are_neighbours_and_corners_are_none(
    document: SiteDocument,
) -> None:
    """GR-21: adjacency from geometry, leaves with leaves and districts with districts."""
    beside = neighbours(document)
    assert [one.code for one in beside["C-1-01"]] == ["C-1-02", "C-2-01"]
    assert [one.border_m for one in beside["C-1-01"]] == pytest.approx([100, 100], abs=1.1)
    assert [one.code for one in beside["C-1"]] == ["C-2"]
    assert beside["C"] == []


def test_floors_that_follow_each_other_are_neighbours() -> None:
    """GR-21, GR-16: the fire on floor 2 concerns floors 1 and 3."""
    beside = neighbours(read_document(EXAMPLE.read_bytes()))
    above = [one for one in beside["dorm-1-f2"] if one.above]
    assert above == [Neighbour("dorm-1-f1", 0.0, True), Neighbour("dorm-1-f3", 0.0, True)]
    assert "dorm-1-f3" not in [one.code for one in beside["dorm-1-f1"]]
    assert "campus-yard" in [one.code for one in beside["dorm-1-f1"]]


@given(st.integers(2, 6), st.integers(2, 6))
def test_a_checkerboard_has_the_neighbours_that_one_counts(columns: int, rows: int) -> None:
    """GR-21: each cell has those to its four sides, and who is beside me has me beside."""
    cells = [
        Grid(f"g{c}-{r}", "C", name("n"), box(20 * c, 20 * r, 20 * c + 20, 20 * r + 20))
        for c in range(columns)
        for r in range(rows)
    ]
    root = Grid("C", None, name("n"), box(0, 0, 20 * columns, 20 * rows))
    beside = neighbours(msgspec.structs.replace(small(), grids=[root, *cells]))
    for c in range(columns):
        for r in range(rows):
            around = {(c - 1, r), (c + 1, r), (c, r - 1), (c, r + 1)}
            inside = {f"g{x}-{y}" for x, y in around if 0 <= x < columns and 0 <= y < rows}
            assert {one.code for one in beside[f"g{c}-{r}"]} == inside
