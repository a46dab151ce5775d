"""Views of steps: the body of POST /cases/{id}/steps, and what a case tells of each action."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from edge.wire import Micros
from hub.anomalies.domain import Grade
from hub.cases import vocabulary as words
from hub.cases.deed import Doer, Order
from hub.cases.evidence import Brought
from hub.cases.machine import Possible
from hub.cases.vocabulary import Action, Found
from hub.photos.domain import MOST
from hub.photos.views import PhotoHash
from hub.views import Asked
from ingest import clock

MOST_DOCUMENTS = 10  # documents with one step; ours

Note = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
Short = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Photos = Annotated[
    list[PhotoHash], Field(max_length=MOST, description="Hashes from POST /api/photos")
]
Documents = Annotated[
    list[PhotoHash],
    Field(max_length=MOST_DOCUMENTS, description="Hashes from POST /api/attachments"),
]
_FIRST_FIELDS = {"action", "note", "to", "found", "photos"}  # of the first version: always asked


class Step(BaseModel):
    """What a person does with a case. `possible` of its file says which fields an action needs."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    note: Note = Field(
        "",
        description="What was done, seen or decided, or why",
        examples=["Valve opened again."],
    )
    to: str | None = Field(
        None, description="Whom to dispatch; who has the case, if left out", max_length=64
    )
    found: Found | None = Field(None, description="What a look on site has found")
    photos: Photos = Field(default_factory=list[str])
    documents: Documents = Field(default_factory=list[str])
    upheld: bool | None = Field(None, description="Whether the report is true (`screen`)")
    grade: Grade | None = Field(
        None,
        description="`general`: fixed at once; `serious`: not fixed at once; `major`: threatens "
        "public safety; `emergency`",
    )
    path: words.Path | None = Field(None, description="Which way it goes (`triage`)")
    on_site: bool | None = Field(None, description="Accepted on the spot (`triage`)")
    lead: Short | None = Field(None, description="Department that leads, by id")
    cooperating: list[Short] | None = Field(
        None, max_length=20, description="Departments that help, by id"
    )
    implementing: Short | None = Field(None, description="Who carries it out, by id or name")
    due: Asked | None = Field(None, description="Until when")
    receiver: Short | None = Field(None, description="The body that gets it (`transfer`)")
    until: Asked | None = Field(
        None, description="How long a measure holds; when a suspended case is looked at again"
    )
    audience: list[words.Audience] = Field(
        default_factory=list[words.Audience],
        max_length=4,
        description="Who was told of the result (`feed_back`)",
    )
    satisfied: bool | None = Field(None, description="Said at the `revisit`")
    rating: int | None = Field(None, ge=1, le=5, description="1 is worst (`rate`)")
    title: Short | None = Field(None, description="What a sub-task asks for (`split`)")
    task: int | None = Field(None, ge=1, description="Number of the sub-task")
    change: words.TaskChange | None = Field(None, description="What became of the sub-task")
    coordinator: str | None = Field(
        None, max_length=64, description="Who holds the sub-tasks together"
    )
    into: int | None = Field(None, ge=1, le=2**63 - 1, description="Case to go into (`merge`)")
    body: words.Body | None = Field(None, description="Who decides (`decide`)")
    agreed: bool | None = Field(None, description="Whether they agree (`decide`)")
    level: words.Level | None = Field(None, description="Where it was published (`publish`)")

    def order(self) -> Order:
        """The order in the domain's terms."""
        given = dict(self) | {"due": _micros(self.due), "until": _micros(self.until)}
        given.pop("documents")  # evidence, which the case machine does not judge
        return msgspec.convert(given, Order)

    def brought(self) -> Brought:
        """The evidence in the domain's terms."""
        return Brought(photos=tuple(self.photos), documents=tuple(self.documents))

    def asked(self) -> dict[str, Any]:
        """What was asked for, the same for the same request of any version."""
        given = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        first = self.model_dump(mode="json", include=_FIRST_FIELDS)
        return given | first


class EvidenceRequest(BaseModel):
    """What somebody adds to a case: photos, documents, or both."""

    model_config = ConfigDict(extra="forbid")

    note: Note = Field("", examples=["The valve chamber after the repair."])
    photos: Photos = Field(default_factory=list[str], examples=[["5f" * 32]])
    documents: Documents = Field(default_factory=list[str])

    def brought(self) -> Brought:
        """The evidence in the domain's terms."""
        return Brought(photos=tuple(self.photos), documents=tuple(self.documents))

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.photos and not self.documents:
            raise ValueError("name a photo or a document: send it to /api/photos or /attachments")
        return self


class PossibleView(BaseModel):
    """One action that the case allows now.

    A request may bring the fields in `takes` and must bring those in `needs`. Who sends it needs
    all `rights` over the case's grid and one of the `roles` (none: any). `not_by` and `not_roles`
    may not, `only_by` alone may (null: anybody). `yours`: all of that lets you.
    """

    action: Action
    takes: list[words.Field]
    needs: list[words.Field]
    rights: list[str] = Field(examples=[["cases.act"]])
    roles: list[str]
    not_by: list[str]
    not_roles: list[str]
    only_by: list[str] | None
    yours: bool


def possible_view(possible: Possible, by: Doer) -> PossibleView:
    """A possible action as the API tells it to who asks."""
    told = msgspec.to_builtins(possible) | {"yours": possible.refuses(by) is None}
    return PossibleView.model_validate(told)


def _micros(moment: datetime | None) -> Micros | None:
    return None if moment is None else clock.micros(moment)
