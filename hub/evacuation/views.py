"""Views of the evacuation totals: models with room for numbers only (PR-08)."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection
from pydantic import BaseModel, ConfigDict, Field

from hub.anomalies.domain import AnomalyKind
from hub.directory import Directory
from hub.evacuation import store
from hub.evacuation.domain import FIRE, MOST, Total
from hub.sites.routes import NameView
from hub.sourced import Source, Standing
from hub.views import Instant, PersonRef, name_view, person_view
from ingest import clock


class TotalRequest(BaseModel):
    """How many people of a building need help in an evacuation: one number, nobody's name."""

    model_config = ConfigDict(extra="forbid")

    people: int = Field(ge=0, le=MOST, strict=True)
    source: Source = Field(description="Counted on the spot, or told by the building's people")


class TotalView(BaseModel):
    """A total, who wrote it and when."""

    people: int
    source: Source
    actor: PersonRef
    at: Instant


class EvacuationView(BaseModel):
    """What is known of a building: what was counted stands before what was declared."""

    building: str
    building_name: NameView
    holds: TotalView | None
    observed: TotalView | None
    declared: TotalView | None


class CaseEvacuation(BaseModel):
    """The building of a fire case and how many people in it need help; null: nobody has said."""

    building: str
    building_name: NameView
    people: int | None
    source: Source | None
    at: Instant | None


def total_view(total: Total, directory: Directory) -> TotalView:
    """A total for the page."""
    actor = person_view(total.actor, directory)
    at = clock.moment(total.at)
    return TotalView(people=total.people, source=total.source, actor=actor, at=at)


def evacuation_view(
    building: str, name: NameView, held: Standing[Total], directory: Directory
) -> EvacuationView:
    """A building's totals for the page."""

    def shown(total: Total | None) -> TotalView | None:
        return None if total is None else total_view(total, directory)

    return EvacuationView(
        building=building,
        building_name=name,
        holds=shown(held.holds),
        observed=shown(held.observed),
        declared=shown(held.declared),
    )


async def on_case(
    conn: AsyncConnection[Any], kind: AnomalyKind, place: str
) -> CaseEvacuation | None:
    """What a fire case in a building shows (SE-27); None on any other case."""
    if kind not in FIRE:
        return None
    found = await store.building_of(conn, place)
    if found is None:
        return None
    building, name = found
    held = (await store.totals(conn, building)).get(building)
    total = None if held is None else held.holds
    return CaseEvacuation(
        building=building,
        building_name=name_view(name),
        people=None if total is None else total.people,
        source=None if total is None else total.source,
        at=None if total is None else clock.moment(total.at),
    )
