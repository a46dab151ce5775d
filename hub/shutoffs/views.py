"""Views of the shut-offs: the models of the API."""

from __future__ import annotations

from collections.abc import Container

from pydantic import BaseModel, ConfigDict, Field

from edge.wire import Micros
from hub.cases.views import Note
from hub.paging import NEXT
from hub.shutoffs.domain import Entry, EventName, Planned, ShutOff
from hub.views import Asked, DeviceId, Instant, instant
from ingest import clock


class ShutOffRequest(BaseModel):
    """A shut-off to be planned; none is accepted without measure and notice."""

    model_config = ConfigDict(extra="forbid")

    from_: Asked = Field(alias="from", examples=["2026-11-26T01:00:00Z"])
    to: Asked = Field(description="Armed again from then on", examples=["2026-11-26T03:30:00Z"])
    hydrants: list[DeviceId] = Field(max_length=1000, examples=[["hydrant-07", "hydrant-08"]])
    measure: Note = Field(
        description="How a fire is fought meanwhile", examples=["Two tankers stand at gate 3."]
    )
    notice: Note = Field(
        description="What the residents were told", examples=["Notice at all doors, 2026-11-24."]
    )

    def planned(self) -> Planned:
        """As the domain takes it."""
        return Planned(
            start=clock.micros(self.from_),
            until=clock.micros(self.to),
            hydrants=tuple(self.hydrants),
            measure=self.measure,
            notice=self.notice,
        )


class HistoryView(BaseModel):
    """Who did what when."""

    at: Instant
    actor: str
    event: EventName


class ShutOffView(BaseModel):
    """A planned shut-off; `ended` is when somebody ended it before its time."""

    id: int
    from_: Instant = Field(alias="from")
    to: Instant
    hydrants: list[str]
    measure: str
    notice: str
    ended: Instant | None
    lasts: bool = Field(description="The water is off now")
    history: list[HistoryView]


class ShutOffList(BaseModel):
    """Shut-offs, the latest start first."""

    items: list[ShutOffView]
    next: str | None = Field(None, description=NEXT)


def view(
    shut_off: ShutOff, history: list[Entry], now: Micros, seen: Container[str] | None = None
) -> ShutOffView:
    """A shut-off as the page shows it, with its hydrants that are `seen`; None: all."""
    entries = [
        HistoryView(at=clock.moment(entry.at), actor=entry.actor, event=entry.event)
        for entry in history
    ]
    return ShutOffView.model_validate(
        {
            "id": shut_off.id,
            "from": clock.moment(shut_off.start),
            "to": clock.moment(shut_off.until),
            "hydrants": [one for one in shut_off.hydrants if seen is None or one in seen],
            "measure": shut_off.measure,
            "notice": shut_off.notice,
            "ended": instant(shut_off.ended),
            "lasts": shut_off.lasts(now),
            "history": entries,
        }
    )
