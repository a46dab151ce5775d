"""Views of the unit register: the models of the API."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.directory import Directory
from hub.sites.domain import Point
from hub.sites.routes import NameView
from hub.sourced import Source, Standing
from hub.units.abilities import Ability, Stage, Step, allowed
from hub.units.domain import Aspect, Filing, UnitEntry, UnitRecord
from hub.units.rules import CLASS_TITLES, PAPER_TITLES, Paper, Post, UnitClass, UnitRules
from hub.units.store import SitedUnit
from hub.views import Instant, PersonRef, instant, name_view, person_view
from ingest import clock

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$"),
]
Remark = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Phone = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9+() .\-]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ManagerModel(_Strict):
    """Who has a post of the unit."""

    post: Post
    name: Text
    phone: Phone = ""


class EquipmentModel(_Strict):
    """So many of a kind of fire equipment."""

    kind: Text = Field(examples=["extinguisher"])
    count: int = Field(ge=0, le=999_999)


class ClassFact(_Strict):
    """The unit's fire class."""

    aspect: Literal["class"]
    unit_class: UnitClass = Field(alias="class")


class ManagersFact(_Strict):
    """All managers of the unit at once."""

    aspect: Literal["managers"]
    people: list[ManagerModel] = Field(max_length=20)


class EquipmentFact(_Strict):
    """All fire equipment of the unit at once."""

    aspect: Literal["equipment"]
    items: list[EquipmentModel] = Field(max_length=100)


class PaperFact(_Strict):
    """One of the unit's papers; an empty number says that there is none."""

    aspect: Literal["paper"]
    paper: Paper
    number: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]
    until: date | None = Field(None, description="The last day on which it is valid")


class AbilitiesFact(_Strict):
    """A step of the acceptance of the four abilities; `able` with a judgement or look-back."""

    aspect: Literal["abilities"]
    step: Step
    able: dict[Ability, bool] | None = None


AnyFact = Annotated[
    ClassFact | ManagersFact | EquipmentFact | PaperFact | AbilitiesFact,
    Field(discriminator="aspect"),
]


class UnitEntryRequest(_Strict):
    """What somebody writes into a unit's register."""

    source: Source = Field(description="Seen on the spot, or told by the unit")
    fact: AnyFact
    note: Remark = ""


class UnitEntryView(BaseModel):
    """One line of a unit's register."""

    aspect: Aspect
    item: str
    source: Source
    data: dict[str, Any]
    note: str
    actor: PersonRef
    at: Instant


class StandingView(BaseModel):
    """The newest entry of each source; what was observed counts before what was declared."""

    aspect: Aspect
    item: str
    observed: UnitEntryView | None
    declared: UnitEntryView | None
    differ: bool = Field(description="What was seen is not what was declared")


class AcceptanceView(BaseModel):
    """Where the acceptance of the four abilities stands."""

    stage: Stage
    failed: list[Ability]
    look_backs: int
    steps: list[Step] = Field(description="Possible now")


class UnitView(BaseModel):
    """A unit in one line."""

    id: str
    name: NameView
    kind: str
    at: Point
    building: str | None
    floor: int | None
    grid: str
    grid_path: list[str]
    unit_class: UnitClass | None = Field(alias="class")
    key: bool
    regulator: str | None = Field(description="Body by the plan's rule")
    regulator_name: NameView | None
    managers_filed: bool
    equipment_filed: bool
    open: bool = Field(description="Papers that the plan wants are missing or have run out")
    missing_papers: list[Paper]
    abilities: Stage
    updated: Instant | None


class FilingView(BaseModel):
    """Key units that are filed; the aim is all of them."""

    key: int
    managers: int
    equipment: int
    both: int
    share: float | None
    target: float = 1.0


class UnitPage(BaseModel):
    """Units by id, with the filing of all key units of the chosen grid."""

    items: list[UnitView]
    next: str | None = Field(description="`cursor` of the next page")
    total: int
    filing: FilingView


class UnitFile(BaseModel):
    """A unit with everything that the register has on it."""

    unit: UnitView
    standing: list[StandingView]
    acceptance: AcceptanceView
    history: list[UnitEntryView] = Field(description="Every entry, newest first")


class ClassView(BaseModel):
    """A class of units with its regulator."""

    id: UnitClass
    title: NameView
    regulator: str | None
    regulator_name: NameView | None


class PaperView(BaseModel):
    """A paper that the plan wants."""

    id: Paper
    title: NameView


class UnitRulesView(BaseModel):
    """What the plan says about units."""

    rule: str | None
    source: str | None
    classes: list[ClassView]
    papers: list[PaperView]
    signs: list[str] = Field(description="Kinds of units that have a sign to print")


def unit_view(sited: SitedUnit, record: UnitRecord, rules: UnitRules) -> UnitView:
    """A unit as the page lists it."""
    values: dict[str, Any] = {
        "id": sited.id,
        "name": name_view(sited.name),
        "kind": sited.kind,
        "at": sited.at,
        "building": sited.building,
        "floor": sited.floor,
        "grid": sited.grid,
        "grid_path": list(sited.path),
        "class": record.unit_class,
        "key": record.key,
        "regulator": record.regulator,
        "regulator_name": _body(record.regulator, rules),
        "managers_filed": record.managers_filed,
        "equipment_filed": record.equipment_filed,
        "open": record.open,
        "missing_papers": list(record.missing_papers),
        "abilities": record.acceptance.stage,
        "updated": instant(record.updated),
    }
    return UnitView.model_validate(values)


def unit_file(
    sited: SitedUnit,
    record: UnitRecord,
    history: list[UnitEntry],
    rules: UnitRules,
    directory: Directory,
) -> UnitFile:
    """A unit's whole register."""
    return UnitFile(
        unit=unit_view(sited, record, rules),
        standing=[
            _standing_view(held, directory)
            for (aspect, _), held in sorted(record.items.items())
            if aspect != "abilities"
        ],
        acceptance=AcceptanceView(
            stage=record.acceptance.stage,
            failed=list(record.acceptance.failed),
            look_backs=record.acceptance.look_backs,
            steps=list(allowed(record.acceptance)),
        ),
        history=[_entry_view(entry, directory) for entry in reversed(history)],
    )


def filing_view(found: Filing) -> FilingView:
    """The filing for the page."""
    return FilingView(
        key=found.key,
        managers=found.managers,
        equipment=found.equipment,
        both=found.both,
        share=found.share,
    )


def rules_view(rules: UnitRules) -> UnitRulesView:
    """The plan's rules for the page."""
    chosen = rules.regulator_rules.get(rules.regulator_rule or "")
    return UnitRulesView(
        rule=rules.regulator_rule,
        source=None if chosen is None else chosen.source,
        classes=[
            ClassView(
                id=one,
                title=name_view(CLASS_TITLES[one]),
                regulator=rules.regulator(one),
                regulator_name=_body(rules.regulator(one), rules),
            )
            for one in rules.classes
        ],
        papers=[PaperView(id=one, title=name_view(PAPER_TITLES[one])) for one in rules.papers],
        signs=list(rules.signs),
    )


def _standing_view(held: Standing[UnitEntry], directory: Directory) -> StandingView:
    one = held.holds
    assert one is not None
    observed, declared = held.observed, held.declared
    return StandingView(
        aspect=one.aspect,
        item=one.item,
        observed=None if observed is None else _entry_view(observed, directory),
        declared=None if declared is None else _entry_view(declared, directory),
        differ=observed is not None and declared is not None and observed.data != declared.data,
    )


def _entry_view(entry: UnitEntry, directory: Directory) -> UnitEntryView:
    return UnitEntryView(
        aspect=entry.aspect,
        item=entry.item,
        source=entry.source,
        data=entry.data,
        note=entry.note,
        actor=person_view(entry.actor, directory),
        at=clock.moment(entry.at),
    )


def _body(regulator: str | None, rules: UnitRules) -> NameView | None:
    return None if regulator is None else name_view(rules.regulators[regulator].title)
