"""Views of cases: the models of the API, and how they are made from what is stored."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from edge.wire import Micros
from hub.anomalies.domain import AnomalyKind, Grade
from hub.cases.chain import Sealed
from hub.cases.progress_view import ProgressView
from hub.cases.step_views import Note, PossibleView, Step
from hub.cases.store import StoredCase
from hub.cases.vocabulary import Action, EventName, Look, Path, Stage
from hub.directory import Directory
from hub.evacuation.views import CaseEvacuation
from hub.sites.domain import Point
from hub.sites.routes import NameView
from hub.views import Instant, PersonRef, instant, known_name, person_view
from ingest import clock

__all__ = ["Note", "Step"]


class Case(BaseModel):
    """A hazard's file in one line. `owner` must act; `value` broke `limit`, both in `unit`."""

    # As `CaseFile`.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    id: int = Field(examples=[123])
    number: str = Field(examples=["2026-000123"])
    kind: AnomalyKind
    grade: Grade
    state: Stage
    device: str = Field(examples=["hydrant-07"])
    place: str
    place_name: NameView
    grid: str = Field(description="Leaf grid", examples=["C-1-03"])
    grid_path: list[str] = Field(
        description="Codes from the root down", examples=[["C", "C-1", "C-1-03"]]
    )
    at: Point = Field(description="Planar metres, y grows north")
    opened: Instant
    updated: Instant
    due: Instant | None
    overdue: bool
    owner: PersonRef | None
    look: Look | None = Field(
        None, description="The look on site that a remote detection asks for (SE-23)"
    )
    look_by: Instant | None = Field(None, description="Until when somebody must have looked")
    assist: list[str] = Field(
        [], description="Holders of grids beside it, by id, who were told so that they help"
    )
    coming: list[str] = Field([], description="Those of them who are on the way")
    path: Path | None = Field(None, description="The way that the triage chose (HZ-03)")
    lead: str | None = Field(None, description="Department that leads, by id (CA-14)")
    revisit_by: Instant | None = Field(None, description="Until when it is visited again (CA-21)")
    recovered: bool = Field(description="The sensor says that the danger is over")
    recurrences: int = Field(description="How often the danger has shown again since the opening")
    value: float | None = Field(examples=[0.11])
    limit: float | None = Field(examples=[0.14])
    unit: str = Field(examples=["MPa"])


class CaseCounts(BaseModel):
    """Open cases of the chosen grid, whatever the page shows."""

    open: int
    overdue: int
    by_kind: dict[str, int]


class CasePage(BaseModel):
    """Cases, newest first. The page is true for `position` of the log: stream on from there."""

    items: list[Case]
    next: str | None = Field(description="`cursor` of the next page")
    counts: CaseCounts
    position: int


class LogEntry(BaseModel):
    """One sealed event of a case. `actor` is a person's id or `system:…`."""

    seq: int
    at: Instant
    actor: str
    actor_name: NameView | None
    event: EventName
    note: str
    data: dict[str, Any]
    hash: str = Field(description="SHA-256 over the previous hash and this event, hexadecimal")


class CaseAnomaly(BaseModel):
    """One breach that the case has taken up."""

    id: str
    rule: str
    started: Instant
    raised: Instant
    quantity: str
    value: float | None
    limit: float | None
    unit: str


class Document(BaseModel):
    """A document that is evidence; `sha256` stands in the case's own log."""

    path: str
    name: str
    type: str = Field(examples=["application/pdf"])
    bytes: int
    sha256: str
    by: str = Field(description="Who added it to the case: a person's id")
    at: Instant


class Evidence(BaseModel):
    """What to plot: the series of `quantity` (none: nothing was measured) and pictures."""

    device: str
    quantity: str | None
    unit: str
    limit: float | None
    from_: Instant = Field(alias="from")
    to: Instant = Field(description="A while past the last breach, which may lie ahead")
    snapshots: list[str] = Field(description="Paths of JPEG pictures, oldest first")
    photos: list[str] = Field(description="Paths of the photos that people took, oldest first")
    documents: list[Document] = Field([], description="Added by people, oldest first")


class RouteView(BaseModel):
    """Which departments act on a case, by id; see GET /api/report-categories."""

    lead: str
    cooperating: list[str] = []
    tracking: list[str] = []
    implementing: str | None = None


class AttachedPicture(BaseModel):
    """A picture that a camera took for the case; `sha256` stands in the case's own log."""

    path: str
    device: str
    taken: Instant
    asked_by: str = Field(description="A person's id, or `system:cameras` for a plan's rule")
    distance_m: float | None = Field(description="From the case's device to the camera")
    sha256: str


class CaseFile(BaseModel):
    """A case with everything known about it, and what may be done now."""

    # A kept answer of an earlier version lacks what came later; one that is sent always has it.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    case: Case
    actions: list[Action] = Field(description="What may be done now, the next step first")
    possible: list[PossibleView] = Field(
        [], description="What each of them takes, needs, and who may do it"
    )
    progress: ProgressView | None = None
    log: list[LogEntry]
    anomalies: list[CaseAnomaly]
    evidence: Evidence
    pictures: list[AttachedPicture] = Field([], description="Taken for this case, oldest first")
    evacuation: CaseEvacuation | None = Field(
        None, description="On a fire case in a building: how many people in it need help"
    )
    route: RouteView | None = Field(None, description="None: the holder of the grid alone")


def case_view(case: StoredCase, directory: Directory, now: Micros) -> Case:
    """A case as the page shows it at `now`."""
    state = case.state
    owner = state.owner
    return Case(
        id=case.id,
        number=case.number,
        kind=state.kind,
        grade=state.grade,
        state=state.stage,
        device=state.device,
        place=case.place,
        place_name=NameView.model_validate(case.place_name),
        grid=case.grid,
        grid_path=list(case.grid_path),
        at=case.at,
        opened=clock.moment(state.opened),
        updated=clock.moment(state.updated),
        due=instant(state.due),
        overdue=state.open and state.due is not None and state.due < now,
        owner=None if owner is None else person_view(owner, directory),
        look=state.look,
        look_by=instant(state.look_by),
        assist=sorted(state.assist),
        coming=sorted(state.coming),
        path=state.progress.path,
        lead=state.progress.lead,
        revisit_by=instant(state.progress.revisit_by),
        recovered=state.recovered,
        recurrences=state.recurrences,
        value=state.value,
        limit=state.limit,
        unit=state.unit,
    )


def log_view(sealed: Sealed, directory: Directory) -> LogEntry:
    """A sealed event as the page shows it."""
    event = sealed.event
    return LogEntry(
        seq=sealed.seq,
        at=clock.moment(event.at),
        actor=event.actor,
        actor_name=known_name(event.actor, directory),
        event=event.event,
        note=event.note,
        data=event.data,
        hash=sealed.hash.hex(),
    )
