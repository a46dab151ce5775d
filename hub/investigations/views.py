"""Views of the investigations: the models of the API.

Person keys are written as text: they have 63 bits, more than JavaScript's numbers hold.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from edge.wire import Micros
from hub.investigations.domain import (
    DEFAULT_HOURS,
    MOST_HOURS,
    MOST_INDEX_PERSONS,
    Investigation,
    Request,
    Stage,
)
from hub.paging import NEXT
from hub.views import Asked, Instant, instant
from ingest import clock


def _fits(key: str) -> str:
    if int(key) >= 2**63:
        raise ValueError("a person key has 63 bits")
    return key


PersonKey = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,19}$"), AfterValidator(_fits)]


class InvestigationRequest(BaseModel):
    """What is asked for; none is opened without purpose, legal basis and index persons."""

    model_config = ConfigDict(extra="forbid")

    purpose: str = Field(max_length=1000, examples=["Contacts of a case of measles"])
    legal_basis: str = Field(max_length=1000, examples=["Order 7 of the health office"])
    index_persons: list[PersonKey] = Field(max_length=MOST_INDEX_PERSONS)
    from_: Asked = Field(alias="from", examples=["2026-11-20T00:00:00Z"])
    to: Asked = Field(examples=["2026-11-25T00:00:00Z"])
    hours: int = Field(
        DEFAULT_HOURS, ge=1, le=MOST_HOURS, description="How long it holds once approved"
    )

    def asked(self) -> Request:
        """As the domain takes it."""
        return Request(
            purpose=self.purpose,
            legal_basis=self.legal_basis,
            index_persons=tuple(int(key) for key in self.index_persons),
            start=clock.micros(self.from_),
            end=clock.micros(self.to),
            hours=self.hours,
        )


class InvestigationView(BaseModel):
    """An investigation; index persons are counted, not named."""

    id: int
    stage: Stage
    purpose: str
    legal_basis: str
    index_persons: int
    from_: Instant = Field(alias="from")
    to: Instant
    hours: int
    opened_by: str
    opened: Instant
    decided_by: str | None
    decided: Instant | None
    expires: Instant | None
    closed_by: str | None
    closed: Instant | None


class InvestigationList(BaseModel):
    """Investigations, the newest first."""

    items: list[InvestigationView]
    next: str | None = Field(None, description=NEXT)


def view(one: Investigation, now: Micros) -> InvestigationView:
    """An investigation as the page shows it."""
    request = one.request
    return InvestigationView.model_validate(
        {
            "id": one.id,
            "stage": one.stage(now),
            "purpose": request.purpose,
            "legal_basis": request.legal_basis,
            "index_persons": len(request.index_persons),
            "from": clock.moment(request.start),
            "to": clock.moment(request.end),
            "hours": request.hours,
            "opened_by": one.opened_by,
            "opened": clock.moment(one.opened),
            "decided_by": one.decided_by,
            "decided": instant(one.decided),
            "expires": instant(one.expires),
            "closed_by": one.closed_by,
            "closed": instant(one.closed),
        }
    )
