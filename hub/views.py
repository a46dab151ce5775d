"""Views: what the API's models and parameters share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from edge.wire import Micros
from hub.directory import Directory
from hub.sites.domain import Name
from hub.sites.routes import NameView
from ingest import clock

LONGEST_NAME = 200  # characters; ours
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: `2026-11-22T08:15:30.250Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _storable(moment: datetime) -> datetime:
    if not _FIRST <= moment < _LAST:
        raise ValueError(f"must lie between {_FIRST:%Y} and {_LAST:%Y}")
    return moment


def _named(name: NameView) -> NameView:
    en, zh = name.en.strip(), name.zh.strip()
    if not en and not zh:
        raise ValueError("needs a name in one language at least")
    if "\0" in en + zh or max(len(en), len(zh)) > LONGEST_NAME:
        raise ValueError(f"{LONGEST_NAME} characters at most, no NUL")
    return NameView(en=en or zh, zh=zh or en)


Instant: TypeAlias = Annotated[
    AwareDatetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-11-22T08:15:30.250Z"]}
    ),
]

Asked: TypeAlias = Annotated[AwareDatetime, AfterValidator(_storable)]
Named: TypeAlias = Annotated[NameView, AfterValidator(_named)]
Id: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
DeviceId: TypeAlias = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["hydrant-07"])
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


def person_view(person: str, directory: Directory) -> PersonRef:
    """Somebody for a view."""
    return PersonRef(id=person, name=name_view(directory.name(person)))


def known_name(actor: str, directory: Directory) -> NameView | None:
    """The name of one who acted; None for the hub itself, and for who has left the site."""
    return name_view(directory.name(actor)) if directory.knows(actor) else None
