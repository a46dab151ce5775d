"""Views of a logbook: its lines as the API sends them."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from hub.directory import Directory
from hub.logbooks.store import Line
from hub.sites.routes import NameView
from hub.views import Instant, known_name
from ingest import clock

E = TypeVar("E", bound=str)


class LineView(BaseModel, Generic[E]):
    """One line about a thing; a register names its events."""

    at: Instant
    actor: str
    actor_name: NameView | None
    event: E
    note: str
    data: dict[str, Any]


V = TypeVar("V", bound=LineView[Any])


def line_view(model: type[V], line: Line[Any], directory: Directory) -> V:
    """A line as the page shows it."""
    return model(
        at=clock.moment(line.at),
        actor=line.actor,
        actor_name=known_name(line.actor, directory),
        event=line.event,
        note=line.note,
        data=line.data,
    )
