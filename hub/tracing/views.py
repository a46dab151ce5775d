"""Views of a trace: the models of the API. Person keys are text: they have 63 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from hub.sites.routes import NameView
from hub.tracing.columns import StayColumns
from hub.tracing.contacts import Window
from hub.tracing.evidence import Trace, minutes
from hub.tracing.rings import RingRules
from hub.views import Instant
from ingest import clock

PlaceNames = dict[int, tuple[str, dict[str, str] | None]]


class PlaceView(BaseModel):
    """A place of the site, or a reader that the site does not know."""

    id: str
    name: NameView | None


class EncounterView(BaseModel):
    """One time in one place; from and to are the longest that it may have been."""

    place: PlaceView
    from_: Instant = Field(alias="from")
    to: Instant
    least_min: float
    likely_min: float
    most_min: float


class ContactView(BaseModel):
    """Somebody reached, through whom, since when, and for how long at least, likely, at most."""

    ring: int
    person: str
    through: str
    exposed: Instant
    least_min: float
    likely_min: float
    most_min: float
    encounters: list[EncounterView]


class TraceView(BaseModel):
    """The contacts that an investigation found, ring by ring, by the rules that were asked for."""

    investigation: int
    from_: Instant = Field(alias="from")
    to: Instant
    minutes: int
    measure: str
    rings: int
    direction: str
    latency_hours: float
    over_long: str = Field("cut", description="What is done with stays longer than 12 h")
    contacts: list[ContactView]


def view(
    investigation: int,
    window: Window,
    rules: RingRules,
    stays: StayColumns,
    found: Trace,
    names: PlaceNames,
) -> TraceView:
    """A trace as the API answers it."""
    return TraceView.model_validate(
        {
            "investigation": investigation,
            "from": clock.moment(window.start),
            "to": clock.moment(window.end),
            "minutes": rules.minutes,
            "measure": rules.measure,
            "rings": rules.depth,
            "direction": rules.direction,
            "latency_hours": rules.latency / 3.6e9,
            "contacts": _contacts(stays, found, names),
        }
    )


def _contacts(stays: StayColumns, found: Trace, names: PlaceNames) -> list[dict[str, Any]]:
    met, summed = found.encounters, found.contacts
    other = stays.person[met.other]
    order = np.lexsort((met.start, other))
    bounds = np.searchsorted(other[order], summed.other)
    upto = np.searchsorted(other[order], summed.other, side="right")
    places = [_place(*names[number]) for number in stays.place[met.one].tolist()]
    encounters = [
        {
            "place": place,
            "from": clock.moment(start),
            "to": clock.moment(end),
            "least_min": least,
            "likely_min": likely,
            "most_min": most,
        }
        for place, start, end, least, likely, most in zip(
            places, met.start.tolist(), met.end.tolist(), minutes(met.least),
            minutes(met.likely), minutes(met.most), strict=True,
        )
    ]  # fmt: skip
    return [
        {
            "ring": ring,
            "person": str(person),
            "through": str(through),
            "exposed": clock.moment(exposed),
            "least_min": least,
            "likely_min": likely,
            "most_min": most,
            "encounters": [encounters[row] for row in order[begin:end].tolist()],
        }
        for ring, person, through, exposed, least, likely, most, begin, end in zip(
            found.ring.tolist(), summed.other.tolist(), summed.person.tolist(),
            found.exposed.tolist(), minutes(summed.least), minutes(summed.likely),
            minutes(summed.most), bounds.tolist(), upto.tolist(), strict=True,
        )
    ]  # fmt: skip


def _place(name: str, title: dict[str, str] | None) -> dict[str, Any]:
    return {"id": name, "name": title}
