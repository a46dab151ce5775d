"""Views of the files: the models of the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.cases.views import Case
from hub.evacuation.views import TotalView
from hub.files.domain import PartState, Stage
from hub.files.rules import FileKind, Holds, KnownPart
from hub.sites.domain import Point
from hub.sites.routes import NameView
from hub.sourced import Source
from hub.units.rules import UnitClass
from hub.views import Instant, PersonRef

Remark = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FileEntryRequest(BaseModel):
    """A new version of one part of a file."""

    model_config = ConfigDict(extra="forbid")

    part: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    source: Source = Field(description="Seen on the spot, or told by whom it concerns")
    value: Finite | Remark | None = Field(
        None, description="A text, number or day, as the part holds; null takes the part back"
    )
    attachments: list[Hash] = Field(
        default_factory=list[str], max_length=20, description="From POST /api/attachments"
    )
    note: Remark = ""


class AttachmentView(BaseModel):
    """A document or photo."""

    hash: str = Field(description="SHA-256 of its content, hexadecimal")
    type: str = Field(examples=["application/pdf"])
    name: str
    size: int = Field(description="Bytes")


class FileEntryView(BaseModel):
    """One version of a part."""

    part: str
    source: Source
    value: str | float | None
    attachments: list[AttachmentView]
    note: str
    actor: PersonRef
    at: Instant


class PartRuleView(BaseModel):
    """A part that the plan asks for."""

    id: str
    title: NameView
    holds: Holds | None
    known: KnownPart | None = Field(description="What the hub knows itself; nobody writes it here")
    required: bool
    stale_days: float | None


class PartView(PartRuleView):
    """A part of a file as it stands."""

    state: PartState
    at: Instant | None
    observed: FileEntryView | None
    declared: FileEntryView | None
    differ: bool = Field(description="What was seen is not what was declared")


class FileLine(BaseModel):
    """A file in one line."""

    kind: FileKind
    subject: str
    name: NameView
    at: Point
    building: str | None
    floor: int | None
    grid: str
    grid_path: list[str]
    stage: Stage
    share: float = Field(description="Of the required parts, those that are there, 0 to 1")
    missing: list[str]
    stale: list[str]
    updated: Instant | None


class MilestoneView(BaseModel):
    """A target of the plan against what is done."""

    stage: Stage
    by: date
    done: int
    files: int
    days_left: int
    late: bool


class FilePage(BaseModel):
    """Files by kind and id."""

    items: list[FileLine]
    next: str | None = Field(description="`cursor` of the next page")
    total: int


class ProgressLine(BaseModel):
    """How far the files of a grid are."""

    grid: str
    name: NameView
    level: int
    files: int
    complete: int
    consolidated: int
    missing: dict[str, int] = Field(description="How many files lack the part")
    milestones: list[MilestoneView]


class FileProgress(BaseModel):
    """The grids that have files, from the root down."""

    today: date
    grids: list[ProgressLine]


class KindView(BaseModel):
    """A kind of file with its parts."""

    kind: FileKind
    parts: list[PartRuleView]


class FileRulesView(BaseModel):
    """What the plan says about files."""

    kinds: list[KindView]
    complete: str | None
    consolidated: str | None


class DeviceInside(BaseModel):
    """A device that watches the subject."""

    id: str
    kind: str
    place: str


class HydrantNear(BaseModel):
    """A hydrant that serves it."""

    id: str
    metres: float


class UnitInside(BaseModel):
    """A unit in the building."""

    id: str
    name: NameView
    unit_class: UnitClass | None = Field(alias="class")
    filed: bool


class KnownView(BaseModel):
    """What the hub knows of a file's subject."""

    devices: list[DeviceInside]
    hydrants: list[HydrantNear]
    units: list[UnitInside]
    residents: int
    to_help: TotalView | None = Field(description="People needing help in an evacuation, in total")
    cases: list[Case] = Field(description="Open ones first, then the newest; 50 at most")


class SubjectFile(BaseModel):
    """A whole file: its parts, what the hub knows, every version."""

    file: FileLine
    parts: list[PartView]
    known: KnownView
    history: list[FileEntryView] = Field(description="Every version, the newest first")
