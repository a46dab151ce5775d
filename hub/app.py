"""The hub's composition root: builds the parts, starts the tasks, mounts the routes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from starlette.middleware.gzip import GZipMiddleware

from edge.wire import Micros
from hub import openapi, page, problems
from hub.accounts import attempts
from hub.accounts import manage_routes as account_management
from hub.accounts import routes as accounts
from hub.accounts import second_routes as second_factor
from hub.admission import routes as admission
from hub.agents import routes as agents
from hub.anomalies.follow import Follower
from hub.audit import routes as audit
from hub.audit import store as audit_store
from hub.audit import walks
from hub.audit.noting import Refusals
from hub.authority import routes as authority
from hub.body import BodyLimit
from hub.cameras import routes as cameras
from hub.cameras.link import Broker, MqttFrames
from hub.cameras.relay import Relay
from hub.cameras.renew import Renewals, frames_to
from hub.casefile import routes as case_files
from hub.cases import refold
from hub.cases import routes as cases
from hub.complaints import routes as complaints
from hub.directory import Directory
from hub.division import proposal_routes as proposals
from hub.division import routes as division
from hub.division.watch import Watch
from hub.equipment import consent_routes as move_consents
from hub.equipment import routes as equipment
from hub.equipment.store import warn_due
from hub.escalation import day_store
from hub.escalation import rounds as due
from hub.escalation import routes as escalation
from hub.evacuation import routes as evacuation
from hub.files import attachment_routes as attachments
from hub.files import routes as files
from hub.files import table_routes as file_tables
from hub.files.attachments import MOST_BYTES
from hub.gaps import routes as gaps
from hub.headers import Headers
from hub.hydrants import map_routes as water_maps
from hub.hydrants import routes as hydrants
from hub.investigations import routes as investigations
from hub.keep import Run, kept_going
from hub.letters import routes as letters
from hub.letters.store import write_due
from hub.live import health, stream
from hub.live import routes as live
from hub.live.board import Board
from hub.live.broadcast import Broadcast
from hub.live.listener import Listener
from hub.live.pumps import CHANNELS, Pumps
from hub.open311 import routes as open311
from hub.photos import routes as photos
from hub.photos.domain import LARGEST
from hub.pictures import routes as pictures
from hub.pictures import settle
from hub.plans.domain import Plan
from hub.plans.read import shipped_plan
from hub.registers import routes as registers
from hub.reporters import routes as reporters
from hub.reports import routes as reports
from hub.rights.masked import Masked
from hub.roster import routes as roster
from hub.rounds import Rounds, Work
from hub.secrecy import routes as secrecy
from hub.shutoffs import routes as shutoffs
from hub.sites import routes as sites
from hub.staff import routes as staff
from hub.terminals import routes as terminals
from hub.tracing import keep as stays
from hub.tracing import routes as traces
from hub.units import routes as units
from hub.units import table_routes as unit_tables
from hub.violations import routes as violations
from hub.watchlist import routes as watchlist
from hub.wiring import Parts, Pool
from ingest import clock

POOL_SIZE = 8  # connections; ours: requests take milliseconds each, streams hold none
POOL_WAIT_S = 5.0  # then the request is answered with 503; ours
GZIP_FROM = 1024  # bytes; ours: smaller answers fit one packet anyway
DEFAULT_PLAN = "campus"
EXPIRY_EVERY_S = 60.0  # ours: days are counted, so a minute is soon enough
SWEEP_EVERY_S = 3600.0  # ours: what counts no more may lie about for a while
LETTERS_EVERY_S = 1.0  # ours: written within a second
MAX_SITE = 32 * 1024 * 1024  # bytes; ours: the file of a town with 100,000 households
MAX_TABLE = 8 * 1024 * 1024  # bytes; ours: 20,000 rows of 400 bytes
MAX_BODY = 64 * 1024  # bytes; ours: the longest note in four-byte characters fits four times
WIDER = {
    "/api/proposals": MAX_SITE,
    "/api/unit-imports": MAX_TABLE,
    "/api/file-imports": MAX_TABLE,
    "/api/hydrants/import": MAX_TABLE,
    "/api/equipment/import": MAX_TABLE,
    "/api/attachments": MOST_BYTES,
    "/api/photos": LARGEST + 1,
    "/open311/v2/requests.json": LARGEST + MAX_BODY,
    "/open311/v2/requests.xml": LARGEST + MAX_BODY,
}


def create_app(
    *,
    database_url: str,
    plan: Plan | None = None,
    broker: Broker | None = None,
    follower: bool = True,
    tracing: bool = False,
    keep_days: int = stays.KEEP_DAYS,
    desk: Path | None = None,
    account_key: bytes | None = None,
    now: Callable[[], Micros] = clock.now,
) -> FastAPI:
    """The hub as an ASGI app on a migrated database.

    With `follower`, it judges the feed by `plan` (the shipped campus plan if None); without, it
    only serves: one hub of several follows. Without a `broker` no camera's picture is live. With
    `tracing` it keeps stays, for `keep_days`, and serves investigations. `desk` is the folder of
    the built page. Without an `account_key` nobody can set up a second factor.

    Raises:
        PlanRefusedError: the plan may not take effect.
    """
    plan = plan or shipped_plan(DEFAULT_PLAN)
    judge = Follower(database_url, plan, now) if follower else None
    app = FastAPI(
        title="Gridwarden",
        version=version("gridwarden"),
        description="Hazard cases of a site, and the devices and people they rest on.",
        docs_url=None,  # these pages fetch scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        lifespan=_lifespan(
            database_url,
            judge,
            plan,
            broker,
            now,
            tracing=tracing,
            keep_days=keep_days,
            account_key=account_key,
        ),
    )
    app.state.titles = plan.titles
    app.add_middleware(BodyLimit, most=MAX_BODY, wider=WIDER)
    app.add_middleware(Refusals)
    problems.install(app)
    app.add_middleware(Masked)
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM)
    app.add_middleware(Headers)
    routers = (
        accounts.router,
        second_factor.router,
        account_management.router,
        sites.router,
        division.router,
        proposals.router,
        roster.router,
        staff.router,
        cases.router,
        escalation.router,
        admission.router,
        case_files.router,
        pictures.router,
        live.router,
        gaps.router,
        agents.router,
        cameras.router,
        shutoffs.router,
        units.router,
        unit_tables.router,
        files.router,
        attachments.router,
        file_tables.router,
        evacuation.router,
        watchlist.router,
        registers.router,
        terminals.router,
        photos.router,
        reports.router,
        open311.router,
        hydrants.router,
        water_maps.router,
        letters.router,
        equipment.router,
        move_consents.router,
        audit.router,
        reporters.router,
        secrecy.router,
        violations.router,
        complaints.router,
        authority.router,
    )
    guarded = (investigations.router, traces.router) if tracing else ()
    for router in (*routers, *guarded, stream.router, health.router):
        app.include_router(router)
    page.install(app, desk)
    app.openapi = lambda: openapi.describe(app)
    return app


def openapi_document() -> dict[str, Any]:
    """The API's description; needs no database."""
    return create_app(database_url="", follower=False, tracing=True).openapi()


def _lifespan(
    database_url: str,
    judge: Follower | None,
    plan: Plan,
    broker: Broker | None,
    now: Callable[[], Micros],
    *,
    tracing: bool,
    keep_days: int,
    account_key: bytes | None,
) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        pool: Pool = AsyncConnectionPool(
            database_url,
            connection_class=AsyncConnection[Any],
            kwargs={"autocommit": True},
            min_size=1,
            max_size=POOL_SIZE,
            timeout=POOL_WAIT_S,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )
        frames = None if broker is None else MqttFrames(broker)
        relay = Relay(frames)
        parts = Parts(
            pool=pool,
            directory=Directory(),
            board=Board(),
            broadcast=Broadcast(),
            clock=now,
            started=now(),
            relay=relay,
            feed_lag_s=lambda: None if judge is None else judge.lag_s,
            plan=plan,
            account_key=account_key,
        )
        app.state.parts = parts
        app.state.pool = pool
        pumps = Pumps(parts, Listener(database_url, CHANNELS))
        tasks: dict[str, Run] = {"live": pumps.run, "cameras": Renewals(relay).run}
        if judge is not None:
            tasks["follower"] = judge.run
            works: dict[str, tuple[Work, float]] = {
                "pictures": (settle.settle_due, settle.EVERY_S),
                "timers": (partial(due.act_due, plan=plan), due.EVERY_S),
                "day lists": (partial(day_store.list_due, plan=plan), day_store.EVERY_S),
                "refold": (refold.refold, refold.EVERY_S),
                "letters": (partial(write_due, plan=plan), LETTERS_EVERY_S),
                "sign-ins": (attempts.sweep, SWEEP_EVERY_S),
                "expiry": (partial(warn_due, plan=plan), EXPIRY_EVERY_S),
                "audit": (audit_store.seal_due, audit_store.SEAL_EVERY_S),
                "audit check": (walks.walk_on, walks.CHECK_EVERY_S),
                "old stays": (partial(stays.delete_old, keep_days=keep_days), stays.DELETE_EVERY_S),
            }
            if tracing:
                works["stays"] = (stays.fold_news, stays.FOLD_EVERY_S)
            for name, (work, every_s) in works.items():
                tasks[name] = Rounds(name, database_url, now, work, every_s=every_s).run
            tasks["division"] = Watch(database_url, plan.grids, now).run
        async with pool:
            await pumps.prime()
            with frames_to(relay, frames):
                async with kept_going(tasks, parts.failing):
                    yield
            parts.broadcast.close()

    return lifespan
