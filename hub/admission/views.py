"""Views of the admission list: the models of the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.admission.domain import Change, Entry
from hub.cases.step_views import Note
from hub.views import Id, Instant, instant
from ingest import clock

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=r"^[^\x00]*$"),
]


class AdmissionChange(BaseModel):
    """A change that somebody asked for; `agreed` null: nobody has decided yet."""

    id: int
    category: str
    admitted: bool
    reason: str
    asked_by: str
    asked: Instant
    agreed: bool | None
    decided_by: str | None
    decided: Instant | None
    note: str


class AdmissionEntry(BaseModel):
    """One category: whether grid staff get it, and the change that says so instead of the plan."""

    category: str
    matter: str | None = Field(description="What kind of work it is", examples=["enforcement"])
    admitted: bool
    change: AdmissionChange | None
    pending: AdmissionChange | None


class AdmissionList(BaseModel):
    """The plan's categories, and which roles and matters the list is about."""

    items: list[AdmissionEntry]
    grid_staff: list[str]
    excluded: list[str]


class AdmissionRequest(BaseModel):
    """A change that is asked for."""

    model_config = ConfigDict(extra="forbid")

    category: Id = Field(examples=["equipment_damaged"])
    admitted: bool = Field(description="Whether grid staff are to get it")
    reason: Reason = Field(examples=["All wardens were trained in May."])


class AdmissionDecision(BaseModel):
    """What somebody else decides."""

    model_config = ConfigDict(extra="forbid")

    agreed: bool
    note: Note = Field("", examples=["Agreed at the meeting of 12 May."])


def change_view(change: Change) -> AdmissionChange:
    """A change as the API tells it."""
    return AdmissionChange(
        id=change.id,
        category=change.category,
        admitted=change.admitted,
        reason=change.reason,
        asked_by=change.asked_by,
        asked=clock.moment(change.asked),
        agreed=change.agreed,
        decided_by=change.decided_by,
        decided=instant(change.decided),
        note=change.note,
    )


def entry_view(entry: Entry) -> AdmissionEntry:
    """An entry as the API tells it."""
    return AdmissionEntry(
        category=entry.category,
        matter=entry.matter,
        admitted=entry.admitted,
        change=None if entry.change is None else change_view(entry.change),
        pending=None if entry.pending is None else change_view(entry.pending),
    )
