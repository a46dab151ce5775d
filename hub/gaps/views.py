"""Views of gaps: the models of the API."""

from __future__ import annotations

from pydantic import BaseModel, Field

from hub.gaps.domain import Gap
from hub.gaps.sequence import Fate, Record
from hub.views import Instant
from ingest import clock


class GapView(BaseModel):
    """A hole in a device's record: nothing is stored after `from` and before `to`."""

    start: Instant = Field(serialization_alias="from")
    until: Instant = Field(serialization_alias="to")
    missed: int = Field(description="Reports promised inside", examples=[24])
    open: bool = Field(description="It lasts until now")


class DeviceGaps(BaseModel):
    """A device's gaps in a span, by time. Late data closes them: ask again."""

    device: str = Field(examples=["hydrant-07"])
    report_s: float | None = Field(description="Promised interval; none of a card reader")
    items: list[GapView]


class DeviceGap(GapView):
    """A gap and whose it is."""

    device: str = Field(examples=["hydrant-07"])
    agent: str = Field(examples=["agent-1"])


class GapPage(BaseModel):
    """Gaps of many devices, by device and time; `next` goes on with the devices after these."""

    items: list[DeviceGap]
    next: str | None


class StretchView(BaseModel):
    """Sequence numbers of batches that never came, both ends included."""

    first: int
    last: int


class Missing(BaseModel):
    """Missing batches of one epoch, an opening of an agent's spool, from batch `first` to `last`.

    `waiting` may still be in the spool and come by themselves; `evicted` were pushed out by the
    spool's bounds; `lost` went with a spool that was damaged or replaced.
    """

    epoch: str = Field(description="63 bits, as text: more than a JSON number holds everywhere")
    current: bool = Field(description="The one of the batches that the agent makes now")
    first: int
    last: int
    missing: int
    waiting: int
    evicted: int
    lost: int
    stretches: int = Field(description="How many runs of missing batches there are")
    newest: list[StretchView] = Field(description="The last runs, oldest first")


class AgentGaps(BaseModel):
    """What an agent has sent and the store has not got. Items are readings, swipes and the like."""

    agent: str
    online: bool
    reported: Instant
    spooled_batches: int
    evicted_items: int = Field(description="Pushed out of the spool since its file began")
    missing: int
    waiting: int
    evicted: int
    lost: int
    epochs: list[Missing] = Field(description="Those with missing batches, the oldest first")


def gap_view(gap: Gap) -> GapView:
    """A gap for a view."""
    return GapView(
        start=clock.moment(gap.start),
        until=clock.moment(gap.until),
        missed=gap.missed,
        open=gap.open,
    )


def device_gap(device: str, agent: str, gap: Gap) -> DeviceGap:
    """A gap for a page of many devices."""
    return DeviceGap(device=device, agent=agent, **dict(gap_view(gap)))


def missing_view(record: Record, become: Fate, *, current: bool) -> Missing:
    """What is missing of an epoch, for a view."""
    return Missing(
        epoch=str(record.epoch),
        current=current,
        first=record.first,
        last=record.last,
        missing=record.missing,
        waiting=become.waiting,
        evicted=become.evicted,
        lost=become.lost,
        stretches=record.stretches,
        newest=[StretchView(first=one.first, last=one.last) for one in record.newest],
    )
