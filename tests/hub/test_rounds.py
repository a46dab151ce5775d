"""Rounds: work goes on while the hub runs, over losses of the database."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
from psycopg import AsyncConnection

from edge.wire import Micros
from hub.rounds import Rounds


def played(database_url: str, works: list[str], *, every_s: float, looks: int) -> list[str]:
    """What was looked for, until so many looks are over; `works` says what each of them does."""
    seen: list[str] = []

    async def work(conn: AsyncConnection[Any], now: Micros) -> bool:
        what = works[len(seen)] if len(seen) < len(works) else "nothing"
        seen.append(what)
        if len(seen) >= looks:
            stop.set()
        if what == "lost":
            cursor = await conn.execute("select pg_backend_pid()")
            row = await cursor.fetchone()
            assert row is not None
            with psycopg.connect(database_url, autocommit=True) as other:
                other.execute("select pg_terminate_backend(%s)", [row[0]])
            await conn.execute("select 1")
        return what == "some"

    async def run() -> None:
        rounds = Rounds("test", database_url, lambda: 0, work, every_s=every_s)
        await asyncio.wait_for(rounds.run(stop), 10)

    stop = asyncio.Event()
    asyncio.run(run())
    return seen


def test_what_did_something_is_looked_for_again_at_once(database_url: str) -> None:
    assert played(database_url, ["some", "some"], every_s=60, looks=3) == [
        "some",
        "some",
        "nothing",
    ]


def test_a_lost_database_is_asked_again(database_url: str) -> None:
    seen = played(database_url, ["nothing", "lost"], every_s=0.01, looks=4)
    assert seen == ["nothing", "lost", "nothing", "nothing"]
