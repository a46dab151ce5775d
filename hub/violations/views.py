"""Views of the violations: the models of the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from edge.wire import Micros
from hub.directory import Directory
from hub.views import Asked, Id, Instant, PersonRef, person_view
from hub.violations.domain import Violation, ViolationKind
from ingest import clock

MOST_EVIDENCE = 20  # ours
Evidence = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64}|case:[1-9][0-9]{0,17})$")]
Words = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True,
                           pattern=r"^[^\x00]*$")
]  # fmt: skip


class ViolationRequest(BaseModel):
    """What somebody did, when, and what shows it."""

    model_config = ConfigDict(extra="forbid")

    kind: ViolationKind
    person: Id = Field(examples=["p-wang-01"])
    happened: Asked
    words: Words = Field(examples=["A list of contacts stood in a chat group."])
    evidence: list[Evidence] = Field(
        min_length=1, max_length=MOST_EVIDENCE, description="Hashes of photos, or case:N"
    )


class RecordedViolation(BaseModel):
    """A recorded violation."""

    id: int
    kind: ViolationKind
    person: PersonRef
    happened: Instant
    words: str
    evidence: list[str]
    recorded: Instant
    recorded_by: PersonRef


class RecordedViolations(BaseModel):
    """Violations, the newest first."""

    items: list[RecordedViolation]
    next: int | None = Field(description="`before` of the next page")


def violation_view(number: int, found: Violation, directory: Directory) -> RecordedViolation:
    """A violation as the page shows it."""
    return RecordedViolation(
        id=number,
        kind=found.kind,
        person=person_view(found.person, directory),
        happened=clock.moment(found.happened),
        words=found.words,
        evidence=list(found.evidence),
        recorded=clock.moment(found.recorded),
        recorded_by=person_view(found.recorded_by, directory),
    )


def asked(request: ViolationRequest, by: str, now: Micros) -> Violation:
    """A request as the domain takes it."""
    return Violation(
        kind=request.kind,
        person=request.person,
        happened=clock.micros(request.happened),
        words=request.words,
        evidence=tuple(request.evidence),
        recorded=now,
        recorded_by=by,
    )
