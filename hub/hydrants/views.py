"""Views of the register of hydrants: the models of the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from edge.wire import Micros
from hub.cases.sight import sees
from hub.cases.views import Case, Note, case_view
from hub.directory import Directory
from hub.hydrants.domain import EventName, Hydrant, SourceKind, State
from hub.hydrants.now import Standing
from hub.logbooks.views import LineView
from hub.paging import NEXT
from hub.photos.domain import MOST
from hub.photos.views import PhotoHash
from hub.rights.domain import Actor
from hub.sites.domain import Name, Point
from hub.sites.routes import NameView
from hub.views import Id, Instant, Named, name_view
from ingest import clock

Text = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")
]


class HydrantView(BaseModel):
    """A water source of the register; `state` is worked out, `told` is what a person said last."""

    id: str
    name: NameView
    kind: SourceKind
    at: Point
    grid: str | None = Field(description="Leaf grid; none: outside of the site as it is now")
    grid_path: list[str]
    owner: str
    device: str | None = Field(description="The sensor that watches it")
    state: State
    told: State
    told_at: Instant
    census: date | None = Field(description="When somebody last looked at it on the spot")
    cases: list[Case] = Field(description="Its open cases")


class HydrantList(BaseModel):
    """The register, or a part of it."""

    items: list[HydrantView]
    states: dict[str, int] = Field(description="How many are in which state")
    next: str | None = Field(None, description=NEXT)


class HydrantEntry(LineView[EventName]):
    """One line of a hydrant's history."""


class HydrantFile(BaseModel):
    """A hydrant with who wrote what about it, newest first."""

    hydrant: HydrantView
    history: list[HydrantEntry]


class HydrantRequest(BaseModel):
    """A hydrant to be written down, or corrected."""

    model_config = ConfigDict(extra="forbid")

    name: Named
    kind: SourceKind = "hydrant"
    at: Point
    owner: Text = Field(examples=["Water company"])
    device: Id | None = None

    def hydrant(self, id_: str, before: Hydrant | None) -> Hydrant:
        """As the domain takes it; state and census stay."""
        return Hydrant(
            id=id_,
            name=Name(self.name.en, self.name.zh),
            kind=self.kind,
            at=self.at,
            owner=self.owner.strip(),
            device=self.device,
            told="in_order" if before is None else before.told,
            censused=None if before is None else before.censused,
        )


class CensusRequest(BaseModel):
    """What somebody found on the spot; a fault opens a case."""

    model_config = ConfigDict(extra="forbid")

    state: State
    day: date | None = Field(None, description="Today, if left out")
    note: Note = ""
    photos: list[PhotoHash] = Field(default_factory=list[str], max_length=MOST)


class WatchedRequest(BaseModel):
    """Take over the hydrants that sensors watch."""

    model_config = ConfigDict(extra="forbid")

    owner: Text = Field(description="Whose they are", examples=["Water company"])


class TakenOver(BaseModel):
    """How many hydrants the register has now that it had not."""

    new: int


def hydrant_view(one: Standing, directory: Directory, now: Micros, actor: Actor) -> HydrantView:
    """A hydrant as the page shows it, with the cases that somebody may read."""
    hydrant = one.hydrant
    return HydrantView(
        id=hydrant.id,
        name=name_view(hydrant.name),
        kind=hydrant.kind,
        at=hydrant.at,
        grid=one.grid,
        grid_path=list(one.grid_path),
        owner=hydrant.owner,
        device=hydrant.device,
        state=one.state,
        told=hydrant.told,
        told_at=clock.moment(hydrant.told_at),
        census=hydrant.censused,
        cases=[case_view(case, directory, now) for case in one.cases if sees(actor, case)],
    )
