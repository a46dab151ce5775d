"""Wiring: the parts of a running hub, and how routes get at them."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from typing import Annotated, Any, TypeAlias, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from edge.wire import Micros
from hub.audit.noting import noted
from hub.cameras.relay import Relay
from hub.directory import Directory
from hub.limits import (
    BURST,
    PER_S,
    PHOTOS_BURST,
    PHOTOS_PER_S,
    REPORTS_BURST,
    REPORTS_PER_S,
    STRANGER_BURST,
    STRANGER_PER_S,
    Limits,
)
from hub.live.board import Board
from hub.live.broadcast import Broadcast
from hub.plans.domain import Plan
from hub.registers.domain import RegisterRules
from hub.rights.domain import Actor
from hub.rights.roles import Templates, templates_with
from hub.rights.wall import walled
from hub.sites.rules import GridRules
from hub.terminals.domain import TerminalRules
from ingest import clock

Pool: TypeAlias = AsyncConnectionPool[AsyncConnection[Any]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root has built. Connections of the pool are in autocommit."""

    pool: Pool
    directory: Directory
    board: Board
    broadcast: Broadcast
    clock: Callable[[], Micros]
    started: Micros
    relay: Relay
    feed_lag_s: Callable[[], float | None]
    plan: Plan
    limits: Limits = field(
        default_factory=lambda: Limits(monotonic, burst=BURST, per_s=PER_S)
    )  # of accounts
    strangers: Limits = field(
        default_factory=lambda: Limits(monotonic, burst=STRANGER_BURST, per_s=STRANGER_PER_S)
    )  # of addresses that name no account
    unsigned_reports: Limits = field(
        default_factory=lambda: Limits(monotonic, burst=REPORTS_BURST, per_s=REPORTS_PER_S)
    )  # of such addresses
    unsigned_photos: Limits = field(
        default_factory=lambda: Limits(monotonic, burst=PHOTOS_BURST, per_s=PHOTOS_PER_S)
    )
    account_key: bytes | None = None  # of the secrets of second factors
    failing: set[str] = field(default_factory=set[str])  # tasks that are started again
    exporting: Semaphore = field(default_factory=Semaphore)  # one export takes a whole processor

    @property
    def rules(self) -> GridRules:
        """What the plan asks of the territory."""
        return self.plan.grids

    @property
    def register_rules(self) -> RegisterRules:
        """What the plan asks of the registers."""
        return self.plan.registers

    @property
    def terminal_rules(self) -> TerminalRules:
        """What the plan asks of the terminals."""
        return self.plan.terminals

    @property
    def templates(self) -> Templates:
        """What each role may do."""
        return templates_with(self.plan.roles)

    @property
    def zone(self) -> ZoneInfo:
        """The clock on the site's walls."""
        return ZoneInfo(self.plan.time_zone)

    def local_time(self) -> datetime:
        """The time on the site's walls, by the plan's time zone."""
        return clock.moment(self.clock()).astimezone(self.zone)

    def today(self) -> date:
        """The day on the site's walls."""
        return self.local_time().date()


def parts_of(request: Request) -> Parts:
    """The parts of the app that the request came to."""
    return cast(Parts, request.app.state.parts)


WiredParts = Annotated[Parts, Depends(parts_of)]


async def connection(request: Request, parts: WiredParts) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection for the time that the route's function runs, behind the second wall.

    Rows are cut to the grids that who acts may see, see `hub.rights.wall`. A request that writes
    runs in one transaction, with its entry in the audit log, see `hub.audit.noting`.
    """
    async with (
        parts.pool.connection() as conn,
        walled(conn, request.method, actor_of(request)),
        noted(request, conn, parts.clock),
    ):
        yield conn


async def public_connection(
    request: Request, parts: WiredParts
) -> AsyncIterator[AsyncConnection[Any]]:
    """The same for what is public: nothing is cut, and the route says what is told."""
    async with (
        parts.pool.connection() as conn,
        walled(conn, request.method, actor_of(request), public=True),
        noted(request, conn, parts.clock),
    ):
        yield conn


def actor_of(request: Request) -> Actor | None:
    """Who acts, as the route's rule found; None where it asked nobody."""
    return cast(Actor | None, getattr(request.state, "actor", None))


async def own_connection(
    request: Request, parts: WiredParts
) -> AsyncIterator[AsyncConnection[Any]]:
    """A connection as the owner of the tables, for what requests must not reach otherwise."""
    async with parts.pool.connection() as conn, noted(request, conn, parts.clock):
        yield conn


# Given back before the answer is sent, so that slow clients hold no connections.
OwnConnection = Annotated[AsyncConnection[Any], Depends(own_connection, scope="function")]
Connection = Annotated[AsyncConnection[Any], Depends(connection, scope="function")]
PublicConnection = Annotated[AsyncConnection[Any], Depends(public_connection, scope="function")]
