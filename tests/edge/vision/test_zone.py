from __future__ import annotations

import pytest

from edge.vision.zone import FIRE_LANE, Zone, ZoneError, fire_lanes

CORNERS = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))


def test_lanes_are_taken_by_name() -> None:
    assert fire_lanes([Zone("gate", FIRE_LANE, CORNERS)]) == {"gate": CORNERS}


@pytest.mark.parametrize(
    ("zones", "remedy"),
    [
        ([Zone("gate", "parking", CORNERS)], "write fire_lane"),
        ([Zone("gate", FIRE_LANE, CORNERS)] * 2, "give each its own name"),
        ([Zone("gate", FIRE_LANE, CORNERS[:2])], "at least three corners"),
        ([Zone("gate", FIRE_LANE, ((0, 0), (480, 0), (1, 1)))], "shares of the frame"),
    ],
)
def test_a_wrong_zone_is_refused_with_what_to_write(zones: list[Zone], remedy: str) -> None:
    with pytest.raises(ZoneError, match=remedy):
        fire_lanes(zones)
