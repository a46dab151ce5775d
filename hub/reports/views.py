"""Views of the reports: the models of the API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from edge.wire import Micros
from hub.anomalies.domain import Grade
from hub.cases.sight import sees
from hub.cases.views import Case, Note, case_view
from hub.directory import Directory
from hub.photos.domain import MOST
from hub.photos.views import PhotoHash
from hub.plans.categories import Category, Subject
from hub.plans.domain import Plan
from hub.reporters.domain import is_hidden
from hub.reports.domain import Filed, Where
from hub.reports.store import Taken
from hub.rights.domain import Actor
from hub.sites.domain import Point
from hub.sites.routes import NameView
from hub.views import Asked, Id, name_view
from ingest import clock


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("no NUL")
    return text


LONGEST_CONTACT = 200  # characters; ours

Said = Annotated[str, StringConstraints(max_length=LONGEST_CONTACT), AfterValidator(_no_nul)]


class WhereView(BaseModel):
    """What it is about: one of these."""

    model_config = ConfigDict(extra="forbid")

    device: Id | None = None
    hydrant: Id | None = Field(None, description="Of the register of hydrants")
    equipment: Id | None = Field(None, description="Of the register of fire equipment")
    place: Id | None = None
    point: Point | None = Field(None, description="Planar metres, y grows north")


class ReportRequest(BaseModel):
    """What somebody saw."""

    model_config = ConfigDict(extra="forbid")

    category: Id = Field(description="See GET /api/report-categories", examples=["hydrant_damaged"])
    where: WhereView = Field(examples=[{"device": "hydrant-07"}])
    words: Note = Field("", examples=["The cap is gone and water runs out."])
    photos: list[PhotoHash] = Field(
        default_factory=list[str], max_length=MOST, description="Hashes from POST /api/photos"
    )
    seen: Asked | None = Field(None, description="When it was seen; now, if left out")
    dissuaded: bool = Field(
        False, description="It was conduct, and whoever reports has stopped it on the spot (HZ-19)"
    )
    hidden: bool = Field(
        False, description="Appear as `reporter:N` everywhere; who is no staff always does"
    )
    name: Said = Field("", description="Of who has not signed in; for the payer only")
    contact: Said = Field("", description="Where feedback goes; for the payer only")

    def hides(self, person: str | None) -> bool:
        """Whether it stays unknown who reports."""
        told = bool(self.name.strip() or self.contact.strip())
        return is_hidden(person, asked=self.hidden, told=told)

    def filed(self, actor: str, now: Micros, role: str | None = None) -> Filed:
        """As the domain takes it."""
        return Filed(
            category=self.category,
            where=Where(**self.where.model_dump()),
            actor=actor,
            seen=now if self.seen is None else clock.micros(self.seen),
            words=self.words,
            photos=tuple(self.photos),
            role=role,
            dissuaded=self.dissuaded,
        )


class ReportView(BaseModel):
    """What became of a report."""

    id: int
    case: Case | None = Field(
        description="The case that it opened or joined, for who may read that case"
    )
    number: str | None = Field(None, description="The number of that case, for everybody")
    opened: bool = Field(description="False: it joined a case that was open already")
    consent: int | None = Field(
        None, description="The consent that it falls under; there is no case then"
    )


class DepartmentView(BaseModel):
    """A department of the plan. `leader`, `office` and `liaison`: a person's id, or a name."""

    id: str
    title: NameView
    leader: str | None
    office: str | None
    liaison: str | None


class CategoryView(BaseModel):
    """What people may report; `lead` and the others are ids of departments."""

    id: str
    title: NameView
    sort: Literal["event", "component"]
    about: list[Subject]
    grade: Grade
    due_minutes: int
    lead: str | None
    cooperating: list[str]
    tracking: list[str]
    implementing: str | None
    matter: str | None = Field(description="What kind of work it is (CA-17)")
    joins: list[str] = Field(description="Kinds of cases of the same hazard")
    reportable: bool


class Categories(BaseModel):
    """The plan's categories and departments."""

    categories: list[CategoryView]
    departments: list[DepartmentView]


def report_view(
    taken: Taken, directory: Directory, now: Micros, reader: Actor | None
) -> ReportView:
    """What is answered to a report."""
    case = taken.case
    seen = case is not None and reader is not None and sees(reader, case)
    return ReportView(
        id=taken.id,
        case=case_view(case, directory, now) if case is not None and seen else None,
        number=None if case is None else case.number,
        opened=taken.opened,
        consent=None if taken.consent is None else taken.consent.id,
    )


def categories_view(plan: Plan) -> Categories:
    """The categories of a plan as the page reads them."""
    return Categories(
        categories=[_category_view(name, one) for name, one in plan.categories.items()],
        departments=[
            DepartmentView(
                id=name,
                title=name_view(one.title),
                leader=one.leader,
                office=one.office,
                liaison=one.liaison,
            )
            for name, one in plan.departments.items()
        ],
    )


def _category_view(name: str, category: Category) -> CategoryView:
    return CategoryView(
        id=name,
        title=name_view(category.title),
        sort=category.sort,
        about=category.about,
        grade=category.grade,
        due_minutes=category.due_minutes,
        lead=category.lead,
        cooperating=category.cooperating,
        tracking=category.tracking,
        implementing=category.implementing,
        matter=category.matter,
        joins=category.joins,
        reportable=category.reportable,
    )
