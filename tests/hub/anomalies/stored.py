"""A stretch of the simulated campus in a real store, as ingest writes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from edge.simulate.devices import EAST, WEST
from edge.simulate.driver import SimulatedDriver
from edge.simulate.world import build_world
from edge.wire import Micros
from hub.anomalies.session import Progress, Session
from hub.plans.domain import Plan
from hub.sites.domain import SiteDocument
from hub.sites.store import load_site
from ingest.arrival import Arrival, Identity
from ingest.feed import CommittedBatch
from ingest.write import Writer
from tools.evaluate.outages import Outage
from tools.evaluate.run import ORIGIN
from tools.evaluate.site import document_of
from tools.evaluate.stream import comings_and_goings, committed, sensor_cuts

SECOND = 1_000_000


def campus_batches(
    cache: Path,
    seconds: int,
    *,
    away: Iterable[Outage] = (),
    bulk_s: float = 0.5,
    origin: Micros = ORIGIN,
) -> tuple[SiteDocument, list[CommittedBatch]]:
    """The site, and what west and east sent in the first seconds; `away` is west's link."""
    world = build_world(1, cache)
    end = origin + seconds * SECOND
    outages = {WEST: list(away), EAST: []}
    agents = {
        name: sensor_cuts(SimulatedDriver(world, name, origin), origin, end, bulk_s)
        for name in outages
    }
    batches = [one.batch for one in committed(agents, outages, 1)]
    batches += comings_and_goings(outages)
    return document_of(world), sorted(batches, key=lambda batch: batch.received)


def load(url: str, document: SiteDocument) -> None:
    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(url) as conn:
            await load_site(conn, document)

    asyncio.run(run())


def lots(batches: list[CommittedBatch], span: Micros) -> Iterator[list[CommittedBatch]]:
    """The batches in runs that were received within a span of each other."""
    lot: list[CommittedBatch] = []
    for batch in batches:
        if lot and batch.received >= lot[0].received + span:
            yield lot
            lot = []
        lot.append(batch)
    yield lot


def write(conn: psycopg.Connection[Any], writer: Writer, batches: list[CommittedBatch]) -> None:
    entries = [
        Arrival(Identity(batch.agent, batch.epoch, batch.seq), None, "t", batch)
        for batch in batches
    ]
    writer.write(conn, entries)


def live(url: str, plan: Plan, batches: list[CommittedBatch], lot: Micros = 10 * SECOND) -> None:
    """Ingest and a follower side by side: each lot is written, judged and saved, time passing."""
    now = ORIGIN

    async def follow(session: Session) -> None:
        while not await session.read_page():
            pass
        await session.tick()
        await session.save(at_once=True)

    async def run() -> None:
        nonlocal now
        writer = Writer(max_unregistered=1000)
        with psycopg.connect(url, autocommit=True) as conn:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as own:
                clock: Callable[[], Micros] = lambda: now  # noqa: E731
                session = await Session.resume(
                    own, name="hub", plan=plan, clock=clock, progress=Progress()
                )
                for some in lots(batches, lot):
                    write(conn, writer, some)
                    now = some[-1].received + SECOND // 10
                    await follow(session)

    asyncio.run(run())
