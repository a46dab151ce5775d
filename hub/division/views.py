"""Views of the division: grids with load and neighbours, problems, proposals."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.division.domain import What
from hub.division.proposals import State, Verdict
from hub.roster.domain import DepartureKind, Letter, Reason
from hub.sites.balance import Measure
from hub.sites.blind import Lack
from hub.sites.domain import GridKind, Point
from hub.sites.problem import ProblemKind
from hub.sites.routes import NameView
from hub.views import Instant, PersonRef

Text = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]


class AnswerView(BaseModel):
    """Who answers for a grid now; `reason`: why it is not its warden."""

    person: PersonRef
    grid: str
    post: Letter
    reason: Reason | None


class LoadView(BaseModel):
    """What a grid carries; `heavy`: more than twice the median of its siblings."""

    people: int
    households: int
    area_m2: float
    open_cases: int
    heavy: list[Measure]


class GridLine(BaseModel):
    """One grid of the tree."""

    code: str
    parent: str | None
    level: int
    name: NameView
    kind: GridKind
    leaf: bool
    live: bool
    missing_fixes: list[str] = Field(description="What the plan wants settled and is not")
    warden: PersonRef | None
    stand_in: PersonRef | None
    warden_away: bool = Field(description="The warden is on approved leave")
    answers: AnswerView | None
    load: LoadView | None = Field(description="Of one's own grids; null of those above")


class NeighbourView(BaseModel):
    """A grid beside another one."""

    code: str
    name: NameView
    border_m: float
    above: bool = Field(description="On the floor above or below")


class VersionView(BaseModel):
    """One entry of the site file as it stood for a while."""

    kind: str
    id: str
    valid_from: Instant
    valid_to: Instant | None
    facts: dict[str, Any]


class FixView(BaseModel):
    """One thing that the plan wants settled; `text` is what the grid's file says of it."""

    name: str
    settled: bool
    text: str


class GridFile(BaseModel):
    """Everything about one grid."""

    grid: GridLine
    boundary: list[Point]
    neighbours: list[NeighbourView]
    devices: int
    building: str | None
    floor: int | None
    fixes: list[FixView]
    history: list[VersionView]


class ThingView(BaseModel):
    """Something that lies within a shape."""

    what: Literal["device", "place", "household", "unit"]
    id: str


class FindingView(BaseModel):
    """Something wrong with the division, since when; `shape` is what to hatch."""

    kind: ProblemKind
    grid: str
    subject: str
    text: str
    area_m2: float
    shape: list[list[Point]]
    since: Instant
    things: list[ThingView] = Field(description="Devices, places, households and units within it")
    violation: bool = Field(description="It has lasted and is held against a person")


class WarningView(BaseModel):
    """Something worth a look that refuses nothing."""

    kind: ProblemKind
    grid: str | None
    subject: str
    text: str


class BlindView(BaseModel):
    """A leaf grid that nobody watches, and what it lacked."""

    grid: str
    lacks: list[Lack]


class ViolationView(BaseModel):
    """A blank that lasted, held against a person."""

    id: int
    kind: ProblemKind
    grid: str
    text: str
    person: PersonRef | None
    opened: Instant
    closed: Instant | None


class DivisionProblems(BaseModel):
    """What is wrong with the division, and what is worth a look."""

    findings: list[FindingView]
    warnings: list[WarningView]
    several: list[PersonRef] = Field(description="Wardens of two leaf grids or more")
    without_member: list[str] = Field(description="Leaf grids without a warden")
    blind: list[BlindView]
    blind_days: int
    violations: list[ViolationView]


class RoleView(BaseModel):
    """A role and its title."""

    id: str
    title: NameView


class ChangeView(BaseModel):
    """What becomes of one grid."""

    grid: str
    what: What


class DepartureView(BaseModel):
    """Who leaves all posts, how, and who takes them."""

    person: PersonRef
    kind: DepartureKind
    successor: PersonRef | None


class ProposalView(BaseModel):
    """One proposed change of the division and what became of it."""

    id: int
    reason: str
    departure: DepartureView | None
    changes: list[ChangeView]
    proposed_by: PersonRef
    proposed: Instant
    state: State
    decided_by: PersonRef | None
    decided: Instant | None
    note: str


class GridSide(BaseModel):
    """A grid as one side of a comparison has it."""

    code: str
    parent: str | None
    level: int
    leaf: bool
    name: NameView
    kind: GridKind
    live: bool
    building: str | None
    floor: int | None
    boundary: list[Point]
    warden: PersonRef | None
    stand_in: PersonRef | None


class ProposalFile(BaseModel):
    """A proposal with both divisions, to be drawn; `before` is the one it was made against."""

    proposal: ProposalView
    before: list[GridSide]
    after: list[GridSide]
    findings: list[WarningView] = Field(
        description="Of an open one: what would be wrong, or worth a look and is not yet"
    )
    stale: bool = Field(description="The division has changed since: it cannot be approved")


class SuggestionView(BaseModel):
    """What could be done about a grid outside its size rule; a person may take it up."""

    what: Literal["split", "merge"]
    grid: str
    other: str = Field(description="The new half, or the grid that takes the other in")
    why: str
    changes: list[ChangeView]


class ProposalOrder(BaseModel):
    """A change to be proposed: a GeoJSON FeatureCollection, or a whole site file."""

    model_config = ConfigDict(extra="forbid")

    reason: Text
    geojson: dict[str, Any] | None = None
    site: dict[str, Any] | None = None


class DepartureOrder(BaseModel):
    """A member who is to leave all posts, and why."""

    model_config = ConfigDict(extra="forbid")

    person: Annotated[str, StringConstraints(max_length=64)]
    kind: DepartureKind
    successor: Annotated[str, StringConstraints(max_length=64)] | None = None
    reason: Text


class VacancyView(BaseModel):
    """A post that somebody left without a successor; `filled`: since when somebody has it."""

    id: int
    grid: str
    post: Literal["warden", "stand_in"]
    person: PersonRef
    kind: DepartureKind
    reason: str
    proposal: int
    since: Instant
    filled: Instant | None


class ProposalDecision(BaseModel):
    """What is decided about a proposal."""

    model_config = ConfigDict(extra="forbid")

    decision: Verdict
    note: Text = ""
