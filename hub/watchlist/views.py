"""Views of the watch list: the models of the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.directory import Directory
from hub.sites.domain import Name, Point
from hub.sites.routes import NameView
from hub.views import Instant, PersonRef, instant, name_view, person_view
from hub.watchlist.domain import Act, Deed, Watched, Why
from hub.watchlist.rules import WatchRules
from ingest import clock


class ActRequest(BaseModel):
    """What somebody does with a place, and why."""

    model_config = ConfigDict(extra="forbid")

    deed: Deed
    percent: int | None = Field(None, ge=0, le=100, description="With progress: how far it is")
    note: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$"
        ),
    ]


class ActView(BaseModel):
    """What somebody did."""

    deed: Deed
    percent: int | None
    note: str
    actor: PersonRef
    at: Instant


class WatchedView(BaseModel):
    """An untrusted place."""

    place: str
    name: NameView
    at: Point | None
    grid: str
    grid_path: list[str]
    since: Instant
    why: Why
    cases: list[int] = Field(description="Confirmed cases that brought it here, and since")
    patrol_factor: float = Field(description="Patrolled so many times as often; 1 once released")
    percent: int = Field(description="How far it is put right")
    released: Instant | None
    acts: list[ActView] = Field(description="The newest first")


class WatchList(BaseModel):
    """Untrusted places, the newest first, by the plan's rule."""

    cases: int
    days: float
    items: list[WatchedView]


class Spotted(BaseModel):
    """Where a place lies, as far as the site in force knows it."""

    name: NameView
    at: Point | None
    path: list[str]


def watched_view(
    one: Watched, spot: Spotted, acts: list[Act], rules: WatchRules, directory: Directory
) -> WatchedView:
    """A place for the page."""
    return WatchedView(
        place=one.place,
        name=spot.name,
        at=spot.at,
        grid=spot.path[-1] if spot.path else "",
        grid_path=spot.path,
        since=clock.moment(one.since),
        why=one.why,
        cases=list(one.cases),
        patrol_factor=rules.patrol_factor if one.on else 1.0,
        percent=one.percent,
        released=instant(one.released),
        acts=[_act(act, directory) for act in reversed(acts)],
    )


def unknown_spot(place: str) -> Spotted:
    """A place that has left the site."""
    return Spotted(name=name_view(Name(place, place)), at=None, path=[])


def _act(act: Act, directory: Directory) -> ActView:
    return ActView(
        deed=act.deed,
        percent=act.percent,
        note=act.note,
        actor=person_view(act.actor, directory),
        at=clock.moment(act.at),
    )
