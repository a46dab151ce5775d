from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

from hub.anomalies import store
from hub.anomalies.domain import Anomaly, Recovery

ANOMALY = Anomaly(
    rule="low",
    kind="hydrant_low_pressure",
    device="h",
    started=1_790_000_000_000_001,
    raised=1_790_000_060_000_001,
    value=0.1,
    limit=0.14,
    unit="MPa",
    quantity="pressure",
    grade="serious",
    detection_time=1_790_000_000_000_002,
)
OVER = Recovery(
    rule="low",
    kind="hydrant_low_pressure",
    device="h",
    started=ANOMALY.started,
    recovered=1_790_000_200_000_000,
    value=0.3,
)


def using(url: str, work: Callable[[psycopg.AsyncConnection[Any]], Awaitable[None]]) -> None:
    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
            await work(conn)

    asyncio.run(run())


def test_an_anomaly_is_kept_once_and_exactly(database_url: str) -> None:
    async def work(conn: psycopg.AsyncConnection[Any]) -> None:
        for _ in range(2):
            await store.put_anomaly(conn, ANOMALY)
        cursor = await conn.execute(
            """select key, (extract(epoch from started) * 1000000)::bigint,
                      (extract(epoch from detection_time) * 1000000)::bigint, threshold
               from hub.anomalies"""
        )
        rows = await cursor.fetchall()
        assert rows == [(ANOMALY.key, ANOMALY.started, ANOMALY.detection_time, 0.14)]

    using(database_url, work)


def test_the_first_recovery_stays(database_url: str) -> None:
    async def work(conn: psycopg.AsyncConnection[Any]) -> None:
        await store.put_anomaly(conn, ANOMALY)
        await store.put_recovery(conn, OVER)
        await conn.execute("update hub.anomalies set recovery_value = 7")
        await store.put_recovery(conn, OVER)
        cursor = await conn.execute(
            "select recovered is not null, recovery_value from hub.anomalies"
        )
        assert await cursor.fetchall() == [(True, 7)]

    using(database_url, work)


def test_a_cursor_reads_back(database_url: str) -> None:
    async def work(conn: psycopg.AsyncConnection[Any]) -> None:
        assert await store.read_cursor(conn, "hub") is None
        for position in (1, 2):
            await store.put_cursor(conn, "hub", store.Cursor(position, b"\x00\xff"))
        assert await store.read_cursor(conn, "hub") == store.Cursor(2, b"\x00\xff")

    using(database_url, work)


def test_signs_of_life_are_those_of_online_agents_and_ingest(database_url: str) -> None:
    async def work(conn: psycopg.AsyncConnection[Any]) -> None:
        assert await store.signs_of_life(conn) == store.Pulse({}, None)
        await conn.execute(
            """insert into agents (name, site, online, reported, state) values
               ('here', 's', true, '2026-11-22 08:00:00.000001Z', '{"time": 1795334399900000}'),
               ('busy', 's', true, '2026-11-22 08:00:00Z', '{"time": 17, "spooled_batches": 1}'),
               ('gone', 's', false, now(), '{}')"""
        )
        await conn.execute(
            """insert into workers (name, kind, started, beat) values
               ('a', 'ingest', now(), '2026-11-22 08:00:00Z'),
               ('b', 'other', now(), now())"""
        )
        at = 1_795_334_400_000_000
        assert await store.signs_of_life(conn) == store.Pulse(
            {"here": at + 1, "busy": at}, at, {"here": at - 100_000}
        )

    using(database_url, work)


def test_one_turn_per_name(database_url: str) -> None:
    async def work(conn: psycopg.AsyncConnection[Any]) -> None:
        assert await store.take_turn(conn, "hub")
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as other:
            assert not await store.take_turn(other, "hub")
            assert await store.take_turn(other, "replay")

    using(database_url, work)
