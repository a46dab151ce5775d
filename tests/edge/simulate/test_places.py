from __future__ import annotations

from collections import Counter

from shapely import Point, Polygon

from edge.simulate.world import World


def test_there_are_rooms_doors_watched_lanes_and_hydrant_spots(world: World) -> None:
    kinds = Counter(place.kind for place in world.places)
    assert kinds == {"room": 129, "hydrant": 60, "door": 8, "lane": 2, "yard": 1}


def test_rooms_and_doors_lie_inside_their_building_and_lanes_outside(world: World) -> None:
    outlines = {b.id: Polygon(b.outline) for b in world.territory.buildings}
    floors = {b.id: b.floors for b in world.territory.buildings}
    for place in world.places:
        if place.kind in ("room", "door"):
            assert place.building is not None
            assert outlines[place.building].contains(Point(place.at))
            assert place.floor is not None
            assert 1 <= place.floor <= floors[place.building]
        else:
            assert not any(outline.contains(Point(place.at)) for outline in outlines.values())


def test_no_two_places_share_a_spot(world: World) -> None:
    assert len({place.at for place in world.places}) == len(world.places)


def test_timetables_find_all_their_places(world: World) -> None:
    rooms = world.rooms
    assert len(rooms.dormitory_halls) == 5
    assert len(rooms.canteen_halls) == 2
    assert len(rooms.classrooms) == 24
    assert set(rooms.visited) <= {place.id for place in world.places}
