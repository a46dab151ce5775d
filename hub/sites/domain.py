"""Sites: the territory's grids, its people, places and devices, and who answers for each spot.

Coordinates are planar metres, y grows north. A boundary or outline is a ring of points; repeating
the first point at its end is allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal, TypeAlias, get_args

import msgspec

from edge.wire import Identifier

FORMAT = 1  # of the site file

Point: TypeAlias = tuple[float, float]
Ring = Annotated[list[Point], msgspec.Meta(min_length=3)]
Line = Annotated[list[Point], msgspec.Meta(min_length=2)]
GridKind = Literal["ordinary", "dedicated", "micro", "cell", "unit", "node"]
Role = Literal[
    "warden",
    "stand_in",
    "chief",
    "desk",
    "fire_supervisor",
    "epidemiologist",
    "commander",
    "member",
    "auxiliary",
    "guide",
    "micro_member",
    "cell_officer",
    "group_leader",
    "slice_head",
    "inspector",
    "guard",
    "collector",
    "liaison",
    "building_head",
    "floor_head",
    "room_head",
]  # their titles: hub.sites.roles
DeviceKind: TypeAlias = Identifier
Education = Literal["primary", "junior_high", "senior_high", "college", "bachelor", "master"]
EDUCATIONS: tuple[Education, ...] = get_args(Education)  # from the lowest up

AGENT: DeviceKind = "agent"  # the kind under which agents stand among devices
HEARTBEAT_S = 60.0  # between two reports of an agent; requirement SE-17 (se.heartbeat.s), ours

KNOWN_DEVICE_KINDS: frozenset[DeviceKind] = frozenset(
    ("hydrant", "smoke", "door", "reader", "camera", "self_inspection")
)
"""Kinds that the page has words and glyphs for; a site or plan brings the title of any other."""


class SiteError(ValueError):
    """A site file that cannot be taken as it is; the text says what to mend."""


class Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What something is called, in the two languages of the page."""

    en: str
    zh: str


class Titles(msgspec.Struct, frozen=True):
    """What a plan calls the kinds of cases and devices that it has added."""

    kinds: dict[str, Name] = {}
    device_kinds: dict[str, Name] = {}


NO_TITLES = Titles()


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The site itself."""

    id: Identifier
    name: Name


class Grid(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One cell of the territory's tree; the root has no parent, a leaf no children.

    A grid of one floor holds only what lies on that floor of its building: grids of different
    floors may lie one above the other. `fixes` are the texts of what a plan wants settled before
    the grid goes live; in one that is not live, the next higher grid answers.
    """

    code: Identifier
    parent: Identifier | None
    name: Name
    boundary: Ring
    kind: GridKind = "ordinary"
    live: bool = True
    building: Identifier | None = None
    floor: int | None = None
    fixes: dict[str, str] = {}


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Someone who holds a grid or works with cases.

    `grid` is where somebody without a post works. `real_name` says whether the person is
    registered by the real name; None of these: not on file. A `minor` gets no account (PR-14).
    """

    id: Identifier
    name: Name
    role: Role
    grid: Identifier | None = None
    education: Education | None = None
    real_name: bool | None = None
    contract_ends: date | None = None
    minor: bool = False


class Holding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who answers for a grid: its warden (an inner grid's chief) and the stand-in.

    `first`, `main` and `specific` are the responsible persons where they are not the ones that
    `responsible` takes. `exception` says why this warden holds another leaf grid as well.
    """

    grid: Identifier
    warden: Identifier
    stand_in: Identifier | None = None
    first: Identifier | None = None
    main: Identifier | None = None
    specific: Identifier | None = None
    exception: str | None = None


class Duty(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a post of a grid has to do; `every` says how often, in the site's own words."""

    id: Identifier
    grid: Identifier
    name: Name
    post: Literal["warden", "stand_in"] = "warden"
    every: str | None = None


class Contract(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who answers for a grid from above (分包): a leader or a body; who supports and supervises."""

    grid: Identifier
    leader: Identifier | None = None
    body: Name | None = None
    supporting: Identifier | None = None
    supervising_unit: Name | None = None
    responsible_unit: Name | None = None


class Defender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A household, unit or place in a joint-defence group, and whom to alert there."""

    thing: Identifier
    contact: Identifier


class DefenceGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Households, shops or the units of a road section that watch over each other (联防)."""

    id: Identifier
    name: Name
    kind: Literal["households", "shops", "road"]
    members: Annotated[list[Defender], msgspec.Meta(min_length=2)]


class Building(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A building's outline on the plan."""

    id: Identifier
    name: Name
    outline: Ring
    floors: Annotated[int, msgspec.Meta(ge=1)]


class Road(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A road's middle line and its width in metres."""

    id: Identifier
    line: Line
    width: Annotated[float, msgspec.Meta(gt=0)]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A room, door, lane or hydrant's spot: what a device watches."""

    id: Identifier
    name: Name
    kind: Identifier
    building: Identifier | None
    floor: int | None
    at: Point
    zone: Identifier | None = None  # of fire alarm; None where the building is one


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A department, company or authority that owns devices or repairs them."""

    id: Identifier
    name: Name
    phone: str | None = None


class Care(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which bodies own and repair all devices of a kind that do not name their own."""

    owner: Identifier | None = None
    repair: Identifier | None = None


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an agent reads; it reports at least every `report_s` seconds.

    `owner` and `repair` are the bodies that own and repair it where they are not those of its kind.
    """

    id: Identifier
    kind: DeviceKind
    place: Identifier
    at: Point
    agent: Identifier
    report_s: Annotated[float, msgspec.Meta(gt=0)]
    owner: Identifier | None = None
    repair: Identifier | None = None


class Agent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An edge process that reports at least every `report_s` seconds.

    One that is not listed, or without a place, stands with its devices, see `agent_spots`.
    """

    id: Identifier
    place: Identifier | None = None
    report_s: Annotated[float, msgspec.Meta(gt=0)] = HEARTBEAT_S
    owner: Identifier | None = None
    repair: Identifier | None = None


class Terminal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a member carries on duty; it reports, as a simple device, every `report_s` seconds."""

    id: Identifier
    person: Identifier
    report_s: Annotated[float, msgspec.Meta(gt=0)] = HEARTBEAT_S

    @property
    def device(self) -> str:
        """The name that it sends under."""
        return self.id

    @property
    def kind(self) -> str:
        """What it is."""
        return "terminal"


class Household(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A household or dormitory room: where it lies, how many live there, and its head. No names."""

    id: Identifier
    at: Point
    people: Annotated[int, msgspec.Meta(ge=0)] = 0
    building: Identifier | None = None
    floor: int | None = None
    head: Identifier | None = None


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop, school, enterprise or office within the territory."""

    id: Identifier
    name: Name
    kind: Identifier
    at: Point
    building: Identifier | None = None
    floor: int | None = None


class SiteDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The site file. A device's leaf grid is derived by geometry, never written in it.

    `origin` is the longitude and latitude of the point (0, 0), for maps and GeoJSON.
    """

    format: Literal[1]
    site: Identity
    levels: list[Name]
    bounds: tuple[float, float, float, float]
    grids: Annotated[list[Grid], msgspec.Meta(min_length=1)]
    people: list[Person]
    holdings: list[Holding]
    buildings: list[Building] = []
    roads: list[Road] = []
    places: list[Place] = []
    devices: list[Device] = []
    households: list[Household] = []
    units: list[Unit] = []
    duties: list[Duty] = []
    contracts: list[Contract] = []
    defence_groups: list[DefenceGroup] = []
    origin: Point | None = None
    device_kinds: dict[Identifier, Name] = {}  # titles of kinds that the page has no words for
    bodies: list[Body] = []
    care: dict[DeviceKind, Care] = {}  # by kind of device; "agent" for the agents
    agents: list[Agent] = []
    terminals: list[Terminal] = []


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Where a device stands and who answers for that spot.

    `grid` is the leaf grid, `grid_path` its codes from the root down to it. An agent has the spot
    that `agent_spots` gives it.
    """

    device: str
    kind: DeviceKind  # or "agent"
    place: str
    place_name: Name
    at: Point
    grid: str
    grid_path: tuple[str, ...]
    warden: str | None
    stand_in: str | None
    agent: str
    report_s: float
    building: str | None = None
    zone: str | None = None
    owner: str | None = None  # a body, as is who repairs it
    repair: str | None = None


_decoder = msgspec.json.Decoder(SiteDocument)


def read_document(text: bytes | str) -> SiteDocument:
    """The document in a site file's text.

    Raises:
        SiteError: not JSON, or a field is missing, unknown or of the wrong type.
    """
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError as error:
        raise SiteError(f"not a site file of format {FORMAT}: {error}") from error


def leaf_codes(document: SiteDocument) -> list[str]:
    """Codes of the grids without children, in ascending order."""
    return leaves_of(document.grids)


def leaves_of(grids: Sequence[Grid]) -> list[str]:
    """Codes of those among some grids that have no children, in ascending order."""
    parents = {grid.parent for grid in grids}
    return sorted(grid.code for grid in grids if grid.code not in parents)


def grid_path(parents: dict[str, str | None], code: str) -> tuple[str, ...]:
    """Codes from the root down to `code`; `parents` holds each grid's parent.

    Raises:
        SiteError: the parents run in a circle, or one is unknown.
    """
    path: list[str] = []
    at: str | None = code
    while at is not None:
        if at in path:
            raise SiteError(f"grid {code} lies in a circle of parents: {' in '.join(path)}")
        if at not in parents:
            raise SiteError(f"grid {code} lies in {at}, which is not among the grids")
        path.append(at)
        at = parents[at]
    return tuple(reversed(path))


def agent_spots(spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """A spot for each agent: its own, or that of its first device in the grid with most of them.

    Its own is one of kind `agent` among `spots`. Of grids with equally many devices, the one with
    the lower code; the first device is the first by id.
    """
    by_agent: dict[str, list[Spot]] = {}
    found = {name: spot for name, spot in spots.items() if spot.kind == AGENT}
    for _, spot in sorted(spots.items()):
        if spot.agent not in found:
            by_agent.setdefault(spot.agent, []).append(spot)
    for agent, mine in by_agent.items():
        counts = Counter(spot.grid for spot in mine)
        grid = min(counts, key=lambda code: (-counts[code], code))
        first = next(spot for spot in mine if spot.grid == grid)
        found[agent] = msgspec.structs.replace(
            first, device=agent, kind=AGENT, report_s=HEARTBEAT_S, owner=None, repair=None
        )
    return found
