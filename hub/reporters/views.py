"""Views of the reporters: the models of the API."""

from __future__ import annotations

from pydantic import BaseModel, Field

from hub.directory import Directory
from hub.reporters.domain import Reporter
from hub.sites.routes import NameView
from hub.views import Instant, known_name
from ingest import clock


class ReporterView(BaseModel):
    """Who reported; for the payer, and to give feedback."""

    number: int
    at: Instant
    person: str | None = Field(description="Who had signed in; none: a passer-by")
    person_name: NameView | None
    name: str
    contact: str


def reporter_view(number: int, found: Reporter, directory: Directory) -> ReporterView:
    """A reporter as the payer sees them."""
    return ReporterView(
        number=number,
        at=clock.moment(found.at),
        person=found.person,
        person_name=None if found.person is None else known_name(found.person, directory),
        name=found.name,
        contact=found.contact,
    )
