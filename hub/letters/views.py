"""Views of the letters: the models of the API."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.cases.views import Note
from hub.directory import Directory
from hub.letters.domain import EventName, Letter
from hub.paging import NEXT
from hub.sites.routes import NameView
from hub.views import Instant, PersonRef, known_name, name_view
from ingest import clock


class ReceiptView(BaseModel):
    """What somebody did with a letter."""

    at: Instant
    actor: str
    actor_name: NameView | None
    event: EventName
    note: str


class LetterView(BaseModel):
    """A written report to the office of a higher grid."""

    id: int
    number: str = Field(examples=["F2026-00007"])
    case_id: int
    case: str = Field(examples=["2026-000123"])
    kind: NameView
    place: NameView
    grid: str
    to_grid: str
    to_name: NameView
    to_person: PersonRef | None
    written: Instant
    state: EventName = Field(description="How far it has come")
    sha256: str
    genuine: bool = Field(description="It still says what it said when it was written")
    receipts: list[ReceiptView]


class LetterList(BaseModel):
    """Letters, newest first."""

    items: list[LetterView]
    next: str | None = Field(None, description=NEXT)


class SignRequest(BaseModel):
    """Somebody of the office signs for a letter."""

    model_config = ConfigDict(extra="forbid")

    event: Literal["read", "acknowledged"]
    note: Note = ""


def letter_view(letter: Letter, directory: Directory) -> LetterView:
    """A letter as the page shows it."""
    content = letter.content
    holder = None
    if content.to_person is not None and content.to_person_name is not None:
        holder = PersonRef(id=content.to_person, name=name_view(content.to_person_name))
    return LetterView(
        id=letter.id,
        number=content.number,
        case_id=letter.case_id,
        case=content.case,
        kind=name_view(content.kind),
        place=name_view(content.place),
        grid=content.grid,
        to_grid=content.to_grid,
        to_name=name_view(content.to_name),
        to_person=holder,
        written=clock.moment(content.written),
        state=letter.state,
        sha256=letter.sha256,
        genuine=letter.genuine,
        receipts=[
            ReceiptView(
                at=clock.moment(one.at),
                actor=one.actor,
                actor_name=known_name(one.actor, directory),
                event=one.event,
                note=one.note,
            )
            for one in letter.receipts
        ],
    )
