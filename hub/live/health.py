"""Health: whether the hub works, for people, monitors and the page's footer."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Response
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field

from hub.anomalies.store import missed_since
from hub.cases.query import head_position
from hub.live.store import ingest_clock
from hub.rights.guard import open_to_all
from hub.views import Instant
from hub.wiring import WiredParts
from ingest import clock

PATIENCE_S = 2.0  # longest wait for a connection before the database counts as down
WARN_OF_GAP = timedelta(days=7)  # ours: long enough to be seen after a weekend

router = APIRouter(prefix="/api", tags=["live"])


class FeedGap(BaseModel):
    """Commits that no rule has seen: some after position `after`, up to `upto`.

    The hub was away for so long that ingest dropped them (`ingest.feed_max_days`, `feed_max_mb`).
    What they told is stored; only hazards that nothing but they told of may be missing.
    """

    after: int
    upto: int
    noticed: Instant


class Health(BaseModel):
    """`position` is that of the newest event in the log of cases, none without a database."""

    status: Literal["ok", "degraded"]
    database: Literal["up", "down"]
    failing: list[str] = Field(description="Tasks of the hub that stopped and are started again")
    feed_lag_s: float | None = Field(description="Age of the oldest commit not yet judged")
    feed_gap: FeedGap | None = Field(description="Told for seven days after it was noticed")
    ingest_clock_s: float | None = Field(
        description="Ingest's clock minus the store's, of the worker that is off by most; beyond "
        "a few seconds run NTP on both, or live items become dead letters"
    )
    position: int | None
    streams: int = Field(description="Pages connected")
    dropped_streams: int = Field(description="Pages that did not keep up since the start")
    refused_requests: int = Field(description="Refused since the start for coming too fast")
    started: Instant
    version: str


@router.get(
    "/health",
    summary="Whether the hub works",
    responses={503: {"model": Health}},
    dependencies=[open_to_all("monitors ask whether the hub works", counted=False)],
)
async def read_health(parts: WiredParts, response: Response) -> Health:
    """Answers 200 when all is well and 503 when not, with the same body."""
    position = missed = ingest_clock_s = None
    try:
        async with parts.pool.connection(timeout=PATIENCE_S) as conn:
            since = clock.moment(parts.clock()) - WARN_OF_GAP
            missed = await missed_since(conn, since)
            position = await head_position(conn)
            ingest_clock_s = await ingest_clock(conn)
    except (OperationalError, PoolTimeout):
        response.status_code = 503
    failing = sorted(parts.failing)
    if failing:
        response.status_code = 503
    return Health(
        status="ok" if position is not None and not failing else "degraded",
        database="down" if position is None else "up",
        failing=failing,
        feed_lag_s=parts.feed_lag_s(),
        feed_gap=None if missed is None else FeedGap(**missed._asdict()),
        ingest_clock_s=ingest_clock_s,
        position=position,
        streams=len(parts.broadcast),
        dropped_streams=parts.broadcast.dropped,
        refused_requests=parts.limits.refused + parts.strangers.refused,
        started=clock.moment(parts.started),
        version=version("gridwarden"),
    )
