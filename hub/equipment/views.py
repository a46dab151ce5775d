"""Views of the fire equipment: the models of the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.cases.views import Note
from hub.equipment.consent import Consent
from hub.equipment.domain import HIGHEST, LOWEST, Card, EventName, Work
from hub.equipment.stock import Line
from hub.logbooks.views import LineView
from hub.paging import NEXT
from hub.photos.domain import MOST
from hub.photos.views import PhotoHash
from hub.sites.domain import Point
from hub.sites.routes import NameView
from hub.views import Asked, Id, Instant, Named, name_view
from ingest import clock

Words = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]*\S[^\x00]*$")
]

Floor = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]


class CardView(BaseModel):
    """A card of fire equipment. `expires`: within the plan's days of warning, or it has."""

    id: str
    name: NameView
    kind: str = Field(examples=["extinguisher"])
    quantity: float = Field(description="Pieces; metres of a hose")
    bought: date | None
    valid_until: date | None
    at: Point
    floor: int | None
    place: str | None
    building: str | None
    unit: str | None
    grid: str | None = Field(description="Leaf grid; none: outside of the site as it is now")
    grid_path: list[str]
    checked: date | None = Field(description="When somebody last looked at it")
    removed: bool
    expires: bool
    expired: bool


class CardList(BaseModel):
    """Cards, or a part of them."""

    items: list[CardView]
    expiring: int
    expired: int
    next: str | None = Field(None, description=NEXT)


class LogView(LineView[EventName]):
    """One line of a card's log."""


class CardFile(BaseModel):
    """A card with its log, newest first."""

    card: CardView
    log: list[LogView]


class CardRequest(BaseModel):
    """A card to be written, or corrected. Name where it is by a place, unit, building or point."""

    model_config = ConfigDict(extra="forbid")

    name: Named
    kind: Id = Field(examples=["extinguisher"])
    quantity: float = Field(1, gt=0, le=1_000_000)
    bought: date | None = None
    valid_until: date | None = None
    place: Id | None = None
    unit: Id | None = None
    building: Id | None = None
    at: Point | None = None
    floor: Floor | None = None


class WorkRequest(BaseModel):
    """What was done with an item. A renewal says until when it is valid from now on."""

    model_config = ConfigDict(extra="forbid")

    work: Work
    day: date | None = Field(None, description="Today, if left out")
    valid_until: date | None = None
    note: Note = ""
    photos: list[PhotoHash] = Field(default_factory=list[str], max_length=MOST)


class StockLine(BaseModel):
    """One kind of item that a grid should have."""

    target: str
    title: NameView
    grid: str
    grid_name: NameView
    kind: str
    wanted: float
    usable: float = Field(description="What is there and has not expired")
    lacking: float


class StockView(BaseModel):
    """The plan's targets of fire stock against the cards; deficits first."""

    items: list[StockLine]
    deficits: int


class ConsentRequest(BaseModel):
    """The fire office agrees that an item or hydrant is moved meanwhile."""

    model_config = ConfigDict(extra="forbid")

    equipment: Id | None = None
    hydrant: Id | None = None
    from_: Asked = Field(alias="from")
    to: Asked
    note: Words = Field(description="Why, and where to")


class ConsentView(BaseModel):
    """A consent on file."""

    id: int
    subject: str = Field(examples=["equipment:E-12"])
    from_: Instant = Field(alias="from")
    to: Instant
    at: Instant
    actor: str
    note: str


class ConsentList(BaseModel):
    """Consents, newest first."""

    items: list[ConsentView]
    next: str | None = Field(None, description=NEXT)


def card_view(
    card: Card, grid: str | None, path: tuple[str, ...], today: date, warning_days: int
) -> CardView:
    """A card as the page shows it."""
    return CardView(
        id=card.id,
        name=name_view(card.name),
        kind=card.kind,
        quantity=card.quantity,
        bought=card.bought,
        valid_until=card.valid_until,
        at=card.at,
        floor=card.floor,
        place=card.place,
        building=card.building,
        unit=card.unit,
        grid=grid,
        grid_path=list(path),
        checked=card.checked,
        removed=card.removed,
        expires=card.expires(today, warning_days),
        expired=not card.removed and card.expired(today),
    )


def stock_line(line: Line, title: NameView) -> StockLine:
    """A target as the page shows it."""
    return StockLine(
        target=line.target,
        title=title,
        grid=line.grid,
        grid_name=name_view(line.grid_name),
        kind=line.kind,
        wanted=line.wanted,
        usable=line.usable,
        lacking=line.lacking,
    )


def consent_view(consent: Consent) -> ConsentView:
    """A consent as the page shows it."""
    return ConsentView.model_validate(
        {
            "id": consent.id,
            "subject": consent.subject,
            "from": clock.moment(consent.start),
            "to": clock.moment(consent.until),
            "at": clock.moment(consent.at),
            "actor": consent.actor,
            "note": consent.note,
        }
    )
