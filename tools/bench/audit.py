"""Audit: what an entry costs the request that it tells of, and how fast entries are sealed.

Eight writers, each a transaction of one update, its entry and a query as a route does afterwards:
without an entry, with one in the queue, and with one chained in the writer's own transaction, which
lets one writer in at a time.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from hub.audit import store
from hub.audit.domain import Entry, sealed
from ingest import clock, locks
from tools.bench.result import Goal, Result

WRITERS = 8
EACH = 400
KEPT_SHARE = 0.7  # ours: of what writers do without an entry
SEALED_PER_S = 1000  # ours: more than a hub's requests write

_CHAIN = """
insert into hub.audit_log (seq, at, actor, action, subject, data, prev_hash, hash)
values (%s, %s, %s, %s, %s, %s, %s, %s)
"""

Note = Callable[[AsyncConnection[Any], Entry], Awaitable[None]]


def run() -> Result:
    """Transactions a second, and milliseconds of one; durable commits, on this machine."""
    values: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name:
        Path(name).chmod(0o711)
        with EmbeddedPostgres(Path(name) / "postgres") as server:
            migrate_store(server.url)
            for how, note in (("none", _none), ("queue", store.note), ("chain", _chain)):
                took, lasted = asyncio.run(_write(server.url, note))
                values[f"{how}_per_s"] = round(len(lasted) / took)
                values[f"{how}_median_ms"] = round(float(np.median(lasted)) * 1000, 2)
                values[f"{how}_p99_ms"] = round(float(np.quantile(lasted, 0.99)) * 1000, 2)
            values["sealed_per_s"] = round(asyncio.run(_seal(server.url)))
    share = values["queue_per_s"] / values["none_per_s"]
    goals = {
        "queue_share": Goal(KEPT_SHARE, share),
        "sealed_per_s": Goal(SEALED_PER_S, values["sealed_per_s"]),
    }
    ratios = {
        "queue_to_none": share,
        "queue_to_chain": values["queue_per_s"] / values["chain_per_s"],
    }
    return Result("audit", values, ratios, goals)


async def _none(conn: AsyncConnection[Any], entry: Entry) -> None:
    del conn, entry


async def _chain(conn: AsyncConnection[Any], entry: Entry) -> None:
    await conn.execute("select pg_advisory_xact_lock(%s)", [locks.AUDIT_LOG])
    last = await store.head(conn)
    one = sealed(entry, after=last.seq, prev_hash=last.hash)
    told = (entry.actor, entry.action, entry.subject, Jsonb(entry.data))
    await conn.execute(_CHAIN, (one.seq, clock.moment(entry.at), *told, one.prev_hash, one.hash))


async def _write(url: str, note: Note) -> tuple[float, list[float]]:
    async with await AsyncConnection[Any].connect(url, autocommit=True) as conn:
        await conn.execute("drop table if exists public.bench")
        await conn.execute("create table public.bench (writer int primary key, n int)")
        await conn.execute(
            "insert into public.bench select g, 0 from generate_series(1, %s) g", [WRITERS]
        )
    lasted: list[float] = []

    async def writer(number: int) -> None:
        async with await AsyncConnection[Any].connect(url, autocommit=True) as conn:
            for _ in range(EACH):
                began = time.perf_counter()
                entry = Entry(
                    at=clock.now(), actor="p-west", action="cases.take_step",
                    subject=f"case:{number}", data={"method": "POST"},
                )  # fmt: skip
                async with conn.transaction():
                    await note(conn, entry)
                    await conn.execute(
                        "update public.bench set n = n + 1 where writer = %s", [number]
                    )
                    await conn.execute("select count(*) from public.bench")
                lasted.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(writer(number) for number in range(1, WRITERS + 1)))
    return time.perf_counter() - began, lasted


async def _seal(url: str) -> float:
    async with await AsyncConnection[Any].connect(url, autocommit=True) as conn:
        count, _ = await store.waiting(conn)
        began = time.perf_counter()
        await store.seal_all(conn)
        return count / (time.perf_counter() - began)
