"""Views of the authorities' queries: the models of the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.anomalies.domain import Grade
from hub.authority.domain import Authority, Query
from hub.cases.domain import Stage
from hub.cases.store import StoredCase
from hub.views import Asked, Id, Instant
from ingest import clock

CaseNumber = Annotated[
    str, StringConstraints(min_length=3, max_length=100, strip_whitespace=True,
                           pattern=r"^[^\x00]*$")
]  # fmt: skip


class AuthorityRequest(BaseModel):
    """What an authority asks about a place, within seven days at most."""

    model_config = ConfigDict(extra="forbid")

    authority: Authority
    case_number: CaseNumber = Field(
        description="Of the authority's own file", examples=["A4403-2026-0117"]
    )
    place: Id
    from_: Asked = Field(alias="from")
    to: Asked

    def query(self) -> Query:
        """As the domain takes it."""
        return Query(
            authority=self.authority,
            case_number=self.case_number,
            place=self.place,
            start=clock.micros(self.from_),
            finish=clock.micros(self.to),
        )


class AuthorityLine(BaseModel):
    """A case at the place: no person, no words."""

    number: str
    kind: str
    grade: Grade
    stage: Stage
    opened: Instant


class AuthorityAnswer(BaseModel):
    """The police are told cases, the health authority how many people may have been there."""

    id: int = Field(description="Of this query; it is kept")
    cases: list[AuthorityLine] | None
    people: int | None


def line(case: StoredCase) -> AuthorityLine:
    """A case in as few fields as a query gets."""
    return AuthorityLine(
        number=case.number,
        kind=case.state.kind,
        grade=case.state.grade,
        stage=case.state.stage,
        opened=clock.moment(case.state.opened),
    )
