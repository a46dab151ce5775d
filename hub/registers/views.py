"""Views of the registers: the models of the API."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from hub.cases.views import Note
from hub.registers.domain import Confirmation, How, RegisterRules, Standing
from hub.sites.domain import Name
from hub.sites.routes import NameView
from hub.views import Instant, PersonRef, instant, name_view
from ingest import clock


class RegisterView(BaseModel):
    """A list that people keep, and the age of what is in it."""

    id: str = Field(examples=["devices"])
    title: NameView
    entries: int
    confirmed: Instant | None = Field(description="When all entries were last said to hold")
    by: PersonRef | None = Field(description="None: by a load of the site file, or one by one")
    how: How | None = Field(
        description="A load of the site file, an approved proposal, a person, or the entries one "
        "by one: then `confirmed` is that of the oldest"
    )
    age_s: float | None
    stale: bool


class RegisterList(BaseModel):
    """All registers."""

    items: list[RegisterView]
    stale_days: float = Field(description="Age from which a register is stale, by the plan")


class ConfirmRequest(BaseModel):
    """What whoever confirms has to say about it."""

    model_config = ConfigDict(extra="forbid")

    note: Note = Field("", examples=["Walked all floors with the list."])


class ConfirmationView(BaseModel):
    """Somebody, or a load, confirmed a register."""

    at: Instant
    by: PersonRef | None
    how: How
    note: str


class ConfirmationList(BaseModel):
    """Confirmations, newest first."""

    items: list[ConfirmationView]


def register_view(found: Standing, naming: Callable[[str], Name]) -> RegisterView:
    """A register as the page shows it; `naming` tells people's names."""
    return RegisterView(
        id=found.register.id,
        title=name_view(found.register.title),
        entries=found.entries,
        confirmed=instant(found.confirmed),
        by=_person(found.by, naming),
        how=found.how,
        age_s=None if found.age is None else found.age / 1e6,
        stale=found.stale,
    )


def list_view(
    found: list[Standing], rules: RegisterRules, naming: Callable[[str], Name]
) -> RegisterList:
    """All registers as the page shows them."""
    items = [register_view(one, naming) for one in found]
    return RegisterList(items=items, stale_days=rules.stale_days)


def confirmation_view(found: Confirmation, naming: Callable[[str], Name]) -> ConfirmationView:
    """A confirmation as the page shows it."""
    return ConfirmationView(
        at=clock.moment(found.at), by=_person(found.by, naming), how=found.how, note=found.note
    )


def _person(by: str | None, naming: Callable[[str], Name]) -> PersonRef | None:
    return None if by is None else PersonRef(id=by, name=name_view(naming(by)))
