"""Places: the 200 rooms, doors, lanes and hydrant spots of the campus, and what they are for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edge.simulate.territory import Building, Name, Spot, Territory

CHINESE_DIGITS = "一二三四五六"
DORMITORIES, CANTEENS, CLASSROOMS, DOORS = 5, 2, 24, 8


@dataclass(frozen=True, slots=True)
class Place:
    """A room, door, lane or hydrant's spot."""

    id: str
    name: Name
    kind: str
    building: str | None
    floor: int | None
    at: Spot


@dataclass(frozen=True, slots=True)
class Rooms:
    """Which places a card opens or is read at, in the order that timetables count them."""

    dormitory_halls: tuple[str, ...]
    canteen_halls: tuple[str, ...]
    library_hall: str
    centre_hall: str
    classrooms: tuple[str, ...]

    @property
    def visited(self) -> tuple[str, ...]:
        """Every place with readers that residents visit; timetables hold indexes into this."""
        return (
            *self.dormitory_halls,
            *self.canteen_halls,
            self.library_hall,
            self.centre_hall,
            *self.classrooms,
        )


_ROOMS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "canteen": (
        ("hall", "dining hall", "餐厅"),
        ("kitchen", "kitchen", "厨房"),
        ("cold-store", "cold store", "冷库"),
        ("dry-store", "dry store", "干货库"),
        ("staff-room", "staff room", "员工休息室"),
    ),
    "library": (
        ("hall", "entrance hall", "门厅"),
        ("reading-1", "reading room 1", "第一阅览室"),
        ("reading-2", "reading room 2", "第二阅览室"),
        ("reading-3", "reading room 3", "第三阅览室"),
        ("reading-4", "reading room 4", "第四阅览室"),
        ("reading-5", "reading room 5", "第五阅览室"),
        ("stacks", "stacks", "书库"),
        ("cafe", "café", "咖啡厅"),
    ),
    "centre": (
        ("hall", "entrance hall", "门厅"),
        ("stage", "stage", "舞台"),
        ("dance", "dance room", "舞蹈室"),
        ("music", "music room", "音乐室"),
        ("club-1", "club room 1", "第一社团室"),
        ("club-2", "club room 2", "第二社团室"),
        ("gym", "gymnasium", "健身房"),
        ("office", "office", "办公室"),
    ),
    "laboratory": (
        ("hall", "entrance hall", "门厅"),
        ("chemistry-1", "chemistry lab 1", "第一化学实验室"),
        ("chemistry-2", "chemistry lab 2", "第二化学实验室"),
        ("biology-1", "biology lab 1", "第一生物实验室"),
        ("biology-2", "biology lab 2", "第二生物实验室"),
        ("physics-1", "physics lab 1", "第一物理实验室"),
        ("physics-2", "physics lab 2", "第二物理实验室"),
        ("workshop", "workshop", "金工车间"),
        ("office", "office", "办公室"),
    ),
}

_DOORS = (
    ("laboratory", "chemical-store", "chemical store door", "化学品库门"),
    ("laboratory", "instrument-room", "instrument room door", "仪器室门"),
    ("laboratory", "server-room", "server room door", "机房门"),
    ("library", "archive", "archive door", "档案室门"),
    ("teaching-1", "control-room", "control room door", "控制室门"),
    ("centre", "store-room", "store room door", "器材室门"),
    ("canteen-1", "gas-room", "gas room door", "燃气间门"),
    ("dormitory-1", "roof", "roof door", "屋顶门"),
)


def build_places(territory: Territory, hydrants: Sequence[Spot]) -> tuple[Place, ...]:
    """All places: rooms building by building, doors, watched lanes, hydrant spots."""
    return (
        *(room for building in territory.buildings for room in _rooms(building)),
        *_doors(territory),
        *_watched(territory),
        *(
            Place(
                f"spot-{number:02}",
                Name(f"Hydrant {number:02}", f"{number:02}号消火栓"),
                "hydrant",
                None,
                None,
                at,
            )
            for number, at in enumerate(hydrants, start=1)
        ),
    )


def find_rooms(places: Sequence[Place]) -> Rooms:
    """The places that residents' timetables name."""
    ids = [place.id for place in places]
    return Rooms(
        dormitory_halls=tuple(i for i in ids if i.startswith("dormitory") and i.endswith("-hall")),
        canteen_halls=tuple(i for i in ids if i.startswith("canteen") and i.endswith("-hall")),
        library_hall="library-hall",
        centre_hall="centre-hall",
        classrooms=tuple(i for i in ids if "-classroom-" in i),
    )


def _place(building: Building, room: str, name: Name, floor: int, at: Spot, kind: str) -> Place:
    full = Name(f"{building.name.en}, {name.en}", f"{building.name.zh}{name.zh}")
    return Place(f"{building.id}-{room}", full, kind, building.id, floor, at)


def _rooms(building: Building) -> Iterator[Place]:
    rooms = list(_room_names(building))
    for number, (room, name, floor) in enumerate(rooms):
        on_floor = [i for i, (_, _, other) in enumerate(rooms) if other == floor]
        along = (on_floor.index(number) + 0.5) / len(on_floor)
        across = (floor - 0.5) / building.floors  # apart on the plan, although one above another
        yield _place(building, room, name, floor, building.inside(along, across), "room")


def _room_names(building: Building) -> Iterator[tuple[str, Name, int]]:
    if building.use == "dormitory":
        yield "hall", Name("entrance hall", "门厅"), 1
        for floor in range(1, building.floors + 1):
            digit = CHINESE_DIGITS[floor - 1]
            yield f"{floor}-west", Name(f"floor {floor} west", f"{digit}层西侧"), floor
            yield f"{floor}-east", Name(f"floor {floor} east", f"{digit}层东侧"), floor
    elif building.use == "teaching":
        yield "hall", Name("entrance hall", "门厅"), 1
        yield "equipment", Name("equipment room", "设备间"), building.floors
        for number in range(12):
            floor, room = 1 + number // 3, 1 + number % 3
            label = f"{floor}{room:02}"
            yield f"classroom-{label}", Name(f"classroom {label}", f"{label}教室"), floor
    else:
        rooms = _ROOMS[building.use]
        for number, (room, en, zh) in enumerate(rooms):
            yield room, Name(en, zh), 1 + number * building.floors // len(rooms)


def _doors(territory: Territory) -> Iterator[Place]:
    buildings = {building.id: building for building in territory.buildings}
    for number, (owner, room, en, zh) in enumerate(_DOORS):
        building = buildings[owner]
        floor = building.floors if room == "roof" else 1
        at = building.inside(0.1 + 0.8 * number / (DOORS - 1), 0.02)
        yield _place(building, room, Name(en, zh), floor, at, "door")


def _watched(territory: Territory) -> Iterator[Place]:
    """What the four cameras look at, in the order of the cameras."""
    buildings = {building.id: building for building in territory.buildings}

    def outside(owner: str, down: float) -> Spot:
        x, y = buildings[owner].middle
        return territory.open_spot((x, y - down))

    lane = Name("fire lane", "消防车道")
    yield _place(buildings["dormitory-2"], "lane", lane, 1, outside("dormitory-2", 30.0), "lane")
    yard = Name("back yard", "后院")
    yield _place(buildings["canteen-2"], "yard", yard, 1, outside("canteen-2", 40.0), "yard")
    teaching = buildings["teaching-2"]
    corridor = Name("ground floor corridor", "一层走廊")
    yield _place(teaching, "corridor", corridor, 1, teaching.inside(0.5, 0.5), "room")
    yield _place(buildings["library"], "lane", lane, 1, outside("library", 50.0), "lane")
