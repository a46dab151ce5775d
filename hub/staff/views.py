"""Views of the staff: the models of the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.sites.domain import Role
from hub.staff.domain import ConcernKind, Lack, What
from hub.views import Instant, PersonRef

Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]


class ReconciledView(BaseModel):
    """What a grid has against what the plan wants."""

    grid: str
    what: What
    role: Role | None
    actual: int
    least: int | None
    most: int | None
    vacant: int
    over: int
    source: str


class ConcernView(BaseModel):
    """Why a member may not be by the plan, or not for long."""

    person: PersonRef
    kind: ConcernKind
    grids: list[str]
    on: date | None = Field(description="The day on which the contract ends")


class UnsignedView(BaseModel):
    """A holder without a valid responsibility letter."""

    grid: str
    level: int
    person: PersonRef
    lack: Lack


class StaffReport(BaseModel):
    """The plan's staffing rules against what there is."""

    asked: bool = Field(description="The plan has rules on staff, terminals or grids")
    reconciled: list[ReconciledView] = Field(description="What lacks or is too many only")
    checked: int = Field(description="How many grids and roles were compared")
    concerns: list[ConcernView]


class ResponsibilityLetterView(BaseModel):
    """One responsibility letter."""

    id: int
    grid: str
    person: PersonRef
    upper: PersonRef | None = Field(description="The holder above, to whom it is given")
    goals: str
    expires: date
    filed: Instant
    filed_by: PersonRef
    signed: date | None
    expired: bool


class ResponsibilityLetters(BaseModel):
    """Responsibility letters, and who has no valid one."""

    letters: list[ResponsibilityLetterView]
    unsigned: list[UnsignedView]


class LetterOrder(BaseModel):
    """A letter to be filed for a grid's holder."""

    model_config = ConfigDict(extra="forbid")

    grid: Annotated[str, StringConstraints(max_length=64)]
    goals: Text
    expires: date


class Signature(BaseModel):
    """The day on the paper; today, if left out."""

    model_config = ConfigDict(extra="forbid")

    signed: date | None = None


class SwitchView(BaseModel):
    """One switch to or from direct command."""

    active: bool
    reason: str
    by: PersonRef
    at: Instant


class DirectCommand(BaseModel):
    """Whether the top group addresses leaf grids directly, and every switch, newest first."""

    active: bool
    log: list[SwitchView]


class SwitchOrder(BaseModel):
    """To switch direct command on or off."""

    model_config = ConfigDict(extra="forbid")

    active: bool
    reason: Text
