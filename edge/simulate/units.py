"""Units: the shops, canteens, schools and works of the campus, and what their register says.

Names are synthetic. Some units have filed everything, some half, one nothing: the registers of a
demo show what is wanting.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.simulate.territory import Name, Spot, Territory


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in a building with its fire class; `share` is where in it.

    `filed` is how much of its register is filled: 0 nothing, 1 class and managers, 2 equipment as
    well, 3 all papers too.
    """

    id: str
    kind: str
    name: Name
    fire_class: str
    building: str
    floor: int
    filed: int
    share: Spot = (0.5, 0.5)


UNITS: tuple[Unit, ...] = (
    Unit("canteen-1", "canteen", Name("Canteen 1", "第一食堂"), "key_b", "canteen-1", 1, 3),
    Unit("canteen-2", "canteen", Name("Canteen 2", "第二食堂"), "key_b", "canteen-2", 1, 2),
    Unit("library", "library", Name("Library", "图书馆"), "key_a", "library", 1, 3),
    Unit("centre", "theatre", Name("Student Centre", "学生活动中心"), "key_a", "centre", 1, 1),
    Unit("lab", "laboratory", Name("Laboratories", "实验中心"), "key_a", "laboratory", 1, 2),
    Unit("works", "enterprise", Name("Sample Works", "示例实业"), "key_c", "laboratory", 4, 1),
    Unit("clinic", "hospital", Name("Clinic", "校医务室"), "general", "teaching-1", 1, 3),
    Unit("evening", "school", Name("Evening School", "夜校"), "six_small", "teaching-2", 2, 2),
    Unit("books", "shop", Name("Bookshop", "书店"), "six_small", "library", 1, 3, (0.2, 0.3)),
    Unit("mart-1", "shop", Name("Mart 1", "第一便利店"), "six_small", "dormitory-1", 1, 2),
    Unit("mart-2", "shop", Name("Mart 2", "第二便利店"), "six_small", "dormitory-3", 1, 1),
    Unit("noodles", "restaurant", Name("Noodle Bar", "面馆"), "six_small", "canteen-2", 2, 2),
    Unit("guests", "hotel", Name("Guest House", "招待所"), "six_small", "dormitory-5", 1, 1),
    Unit("arcade", "internet_cafe", Name("Net Café", "网吧"), "six_small", "centre", 2, 0),
    Unit("prints", "workshop", Name("Print Shop", "文印店"), "six_small", "teaching-1", 1, 2),
    Unit("barber", "barber", Name("Barber", "理发店"), "nine_small", "dormitory-2", 1, 1),
)


def spot_of(unit: Unit, territory: Territory) -> Spot:
    """Where a unit lies, in planar metres."""
    building = next(one for one in territory.buildings if one.id == unit.building)
    return building.inside(*unit.share)
