"""Views of devices, agents, series and dead letters: the models of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from psycopg.rows import DictRow
from pydantic import BaseModel, Field

from edge.wire import LinkTest, Micros
from hub.live.domain import (
    MISSED_REPORTS,
    UNITS,
    Condition,
    Line,
    condition,
    last_seen,
    stale_after_s,
)
from hub.paging import NEXT
from hub.sites.care import Registered
from hub.sites.domain import HEARTBEAT_S, DeviceKind, Point, Spot
from hub.views import Instant, instant
from ingest import clock


class LatestReading(BaseModel):
    """The newest value of one quantity."""

    quantity: str = Field(examples=["pressure"])
    value: float = Field(examples=[0.31])
    unit: str = Field(examples=["MPa"])
    time: Instant


class DeviceNow(BaseModel):
    """What changes about a device."""

    id: str = Field(examples=["hydrant-07"])
    state: Condition
    last_seen: Instant | None = Field(description="By the hour for readers: they hear people")
    latest: list[LatestReading]


class Device(DeviceNow):
    """A device. Nothing is known of the place of one that sends without being registered."""

    kind: DeviceKind | None = Field(description="Of the site; `agent` for an agent")
    place: str | None
    at: Point | None
    grid: str | None
    agent: str | None
    owner: str | None = Field(description="Body that owns it, of `bodies` in GET /api/site")
    repair: str | None = Field(description="Body that repairs it")
    stale_after_s: float | None = Field(
        description="Age from which its data is stale: three missed reports; none of readers"
    )


class LinkTestView(BaseModel):
    """Round trips of test batches from an agent to the store and back."""

    tested: Instant
    passed: bool
    rounds: int
    median_ms: float
    slowest_ms: float
    reason: str


class Agent(BaseModel):
    """An edge process by its own last report; counts are of items since its spool began.

    One without a place is not registered: no device of the site names it, nor does the site itself.
    """

    name: str
    kind: Literal["agent"] = "agent"
    place: str | None
    grid: str | None
    owner: str | None = Field(description="Body that owns it, of `bodies` in GET /api/site")
    repair: str | None = Field(description="Body that repairs it")
    online: bool
    reported: Instant | None = Field(description="None: registered, but never heard")
    stale_after_s: float = Field(description="Age from which its report is stale: three missed")
    made: int
    acknowledged: int
    evicted: int
    spooled_batches: int
    spooled_bytes: int
    duty: Literal["testing", "live"] | None = Field(
        description="Testing until it has passed a link test; what it reads then is not judged"
    )
    link_test: LinkTestView | None


class Series(BaseModel):
    """Readings of one quantity, thinned so that peaks stay; `time` in seconds since 1970 UTC.

    Over more than 27 hours these are stretches of `step_s` seconds, by the time each begins:
    `value` is the mean, `low` and `high` the least and the greatest. Otherwise those three are
    none.
    """

    device: str
    quantity: str
    unit: str
    time: list[float]
    value: list[float]
    step_s: int | None = None
    low: list[float] | None = None
    high: list[float] | None = None


class DeadLetter(BaseModel):
    """Something that could not be stored, and why."""

    id: int
    received: Instant
    topic: str
    reason: str
    items: int
    bytes: int


class DeadLetterPage(BaseModel):
    """The newest dead letters, and how many there are."""

    items: list[DeadLetter]
    next: str | None = Field(None, description=NEXT)
    total: int
    evicted: int = Field(description="Older ones that housekeeping has thrown away")


class Beat(BaseModel):
    """Sent every five seconds, so that a silent stream is known to be broken."""

    time: Instant
    feed_lag_s: float | None


def device_now(device: str, line: Line | None, spot: Spot | None, now: Micros) -> DeviceNow:
    """How a device is at `now`."""
    latest = [] if line is None else sorted(line.latest.items())
    return DeviceNow(
        id=device,
        state=condition(line, spot, now),
        last_seen=instant(last_seen(line, spot)),
        latest=[
            LatestReading(
                quantity=quantity,
                value=sign.value,
                unit=UNITS.get(quantity, ""),
                time=clock.moment(sign.time),
            )
            for quantity, sign in latest
        ],
    )


def device_view(device: str, line: Line | None, spot: Spot | None, now: Micros) -> Device:
    """A device with all that is known about it."""
    return Device(
        **dict(device_now(device, line, spot, now)),
        kind=None if spot is None else spot.kind,
        place=None if spot is None else spot.place,
        at=None if spot is None else spot.at,
        grid=None if spot is None else spot.grid,
        agent=None if spot is None else spot.agent,
        owner=None if spot is None else spot.owner,
        repair=None if spot is None else spot.repair,
        stale_after_s=None if spot is None else stale_after_s(spot),
    )


def agent_views(rows: Sequence[DictRow], registered: Mapping[str, Registered]) -> list[Agent]:
    """The agents that ever reported and those that the site knows, by name."""
    reports = {row["name"]: row for row in rows}
    names = sorted({*reports, *registered})
    return [_agent_view(name, reports.get(name), registered.get(name)) for name in names]


def _agent_view(name: str, row: DictRow | None, known: Registered | None) -> Agent:
    """One agent; counters that its report leaves out are zero."""
    state: dict[str, Any] = {} if row is None else row["state"]
    spot = None if known is None else known.spot
    return Agent(
        name=name,
        place=None if spot is None else spot.place,
        grid=None if spot is None else spot.grid,
        owner=None if known is None else known.owner,
        repair=None if known is None else known.repair,
        online=row is not None and row["online"],
        reported=None if row is None else row["reported"],
        stale_after_s=MISSED_REPORTS * (HEARTBEAT_S if known is None else known.report_s),
        made=state.get("made", 0),
        acknowledged=state.get("acknowledged", 0),
        evicted=state.get("evicted", 0),
        spooled_batches=state.get("spooled_batches", 0),
        spooled_bytes=state.get("spooled_bytes", 0),
        duty=state.get("duty"),
        link_test=_link_test_view(state.get("link_test")),
    )


def _link_test_view(result: dict[str, Any] | None) -> LinkTestView | None:
    if result is None:
        return None
    test = msgspec.convert(result, LinkTest)
    return LinkTestView(
        tested=clock.moment(test.tested),
        passed=test.passed,
        rounds=test.rounds,
        median_ms=test.median_ms,
        slowest_ms=test.slowest_ms,
        reason=test.reason,
    )
