"""Views: what the API's models share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from pydantic import AwareDatetime, BaseModel, PlainSerializer, WithJsonSchema

from edge.wire import Micros
from hub.sites.domain import Name
from hub.sites.routes import NameView
from ingest import clock


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: `2026-11-22T08:15:30.250Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


Instant: TypeAlias = Annotated[
    AwareDatetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-11-22T08:15:30.250Z"]}
    ),
]


class PersonRef(BaseModel):
    """Somebody, by id and name."""

    id: str
    name: NameView


def instant(micros: Micros | None) -> datetime | None:
    """A moment for a view, or none."""
    return None if micros is None else clock.moment(micros)


def name_view(name: Name) -> NameView:
    """A name for a view."""
    return NameView(en=name.en, zh=name.zh)
