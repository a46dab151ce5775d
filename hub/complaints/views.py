"""Views of the complaints: the models of the API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.complaints.domain import Complaint
from hub.directory import Directory
from hub.photos.domain import MOST
from hub.photos.views import PhotoHash
from hub.views import Id, Instant, PersonRef, instant, person_view
from ingest import clock

Words = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True,
                           pattern=r"^[^\x00]*$")
]  # fmt: skip
Contact = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
State = Literal["open", "answered"]


class ComplaintRequest(BaseModel):
    """Whom it is about, and what they did."""

    model_config = ConfigDict(extra="forbid")

    about: Id | None = Field(None, description="Somebody by id", examples=["p-wang-01"])
    grid: Id | None = Field(None, description="Or whoever holds this grid", examples=["C-1"])
    words: Words
    photos: list[PhotoHash] = Field(default_factory=list[str], max_length=MOST)
    contact: Contact = Field("", description="Kept apart; whoever handles it does not see it")


class ComplaintSent(BaseModel):
    """What the complainant keeps: with the ticket the answer can be read, and by nobody else."""

    id: int
    ticket: str


class ComplaintAnswer(BaseModel):
    """How a complaint stands, for the complainant."""

    id: int
    at: Instant
    state: State
    answered: Instant | None
    answer: str | None


class ComplaintView(BaseModel):
    """A complaint, for whoever handles or inspects it."""

    id: int
    at: Instant
    about: PersonRef
    by: str = Field(examples=["reporter:5"])
    words: str
    photos: list[str]
    handler: PersonRef | None
    state: State
    answered: Instant | None
    answer: str | None


class ComplaintList(BaseModel):
    """Complaints, those without an answer first."""

    items: list[ComplaintView]


class AnswerRequest(BaseModel):
    """What the complainant is told."""

    model_config = ConfigDict(extra="forbid")

    words: Words


def state_of(one: Complaint) -> State:
    """Whether it has its answer."""
    return "open" if one.answered is None else "answered"


def complaint_view(one: Complaint, directory: Directory) -> ComplaintView:
    """A complaint as its handler sees it."""
    return ComplaintView(
        id=one.id,
        at=clock.moment(one.at),
        about=person_view(one.about, directory),
        by=one.by,
        words=one.words,
        photos=list(one.photos),
        handler=None if one.handler is None else person_view(one.handler, directory),
        state=state_of(one),
        answered=instant(one.answered),
        answer=one.answer,
    )


def answer_view(one: Complaint) -> ComplaintAnswer:
    """A complaint as its complainant sees it."""
    return ComplaintAnswer(
        id=one.id,
        at=clock.moment(one.at),
        state=state_of(one),
        answered=instant(one.answered),
        answer=one.answer,
    )
