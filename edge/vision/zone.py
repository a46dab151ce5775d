"""Zone: a part of a camera's picture that is watched for one thing."""

from __future__ import annotations

from typing import NamedTuple

from edge.vision.frames import Polygon

FIRE_LANE = "fire_lane"  # must stay clear of anything that stands
ZONE_KINDS = (FIRE_LANE,)


class Zone(NamedTuple):
    """`polygon` holds corners x, y as shares of the frame, 0 to 1, from the left top."""

    name: str
    kind: str
    polygon: Polygon


class ZoneError(ValueError):
    """A zone that can't be watched; the text says what to write instead."""


def fire_lanes(zones: list[Zone]) -> dict[str, Polygon]:
    """The polygons of the lanes among the zones, by name.

    Raises:
        ZoneError: an unknown kind, two of one name, or corners outside the frame.
    """
    lanes: dict[str, Polygon] = {}
    for zone in zones:
        if zone.kind not in ZONE_KINDS:
            known = ", ".join(ZONE_KINDS)
            raise ZoneError(f"zone {zone.name!r}: kind {zone.kind!r} is unknown; write {known}")
        if zone.name in lanes:
            raise ZoneError(f"zone {zone.name!r} is there twice; give each its own name")
        if len(zone.polygon) < 3 or not all(0 <= x <= 1 and 0 <= y <= 1 for x, y in zone.polygon):
            raise ZoneError(
                f"zone {zone.name!r}: write at least three corners as shares of the frame, 0 to 1"
            )
        lanes[zone.name] = zone.polygon
    return lanes
