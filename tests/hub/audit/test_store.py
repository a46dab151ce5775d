"""The audit log's queue: nothing lost on a kill, nothing twice, in order, and cheap for writers."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from hub.audit import store
from hub.audit.domain import Entry, first_break
from hub.audit.walks import catch_up, found_whole, walk_on
from ingest import clock
from tests.hub.make import in_transaction

FORGED = "alter table hub.audit_log disable trigger append_only"


def entry(number: int, actor: str = "p") -> Entry:
    return Entry(at=number, actor=actor, action="a.b", subject="s:1", data={"n": number})


def noted(url: str, *numbers: int) -> None:
    async def work(conn: AsyncConnection[Any]) -> None:
        for number in numbers:
            await store.note(conn, entry(number))

    in_transaction(url, work)


async def all_numbers(conn: AsyncConnection[Any]) -> list[int]:
    return [one.entry.data["n"] for one in await store.read(conn, limit=10_000)]


def sealed_numbers(url: str) -> list[int]:
    async def work(conn: AsyncConnection[Any]) -> list[int]:
        await store.seal_all(conn)
        return await all_numbers(conn)

    return in_transaction(url, work)


def forge(url: str, statement: str) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(FORGED)
        conn.execute(statement)  # type: ignore[arg-type]


def test_what_is_rolled_back_leaves_no_entry_and_what_is_committed_waits_for_its_seal(
    database_url: str,
) -> None:
    """PR-03 in part: the entry is part of what it tells."""
    noted(database_url, 1)

    async def failing(conn: AsyncConnection[Any]) -> None:
        await store.note(conn, entry(2))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(database_url, failing)
    assert sealed_numbers(database_url) == [1]


def test_an_entry_can_leave_the_queue_only_sealed(database_url: str) -> None:
    """PR-03 in part: append-only before the seal, too."""
    noted(database_url, 1)
    with psycopg.connect(database_url, autocommit=True) as conn:
        for statement in (
            "delete from hub.audit_queue",
            "update hub.audit_queue set actor = 'x'",
            "truncate hub.audit_queue",
        ):
            with pytest.raises(psycopg.Error, match="refused"):
                conn.execute(statement)
    assert sealed_numbers(database_url) == [1]


def test_writers_do_not_wait_for_each_other_and_sealers_seal_each_entry_once(
    database_url: str,
) -> None:
    """PR-03 in part: several hubs seal one chain."""

    async def run() -> tuple[list[int], int | None]:
        async with (
            await AsyncConnection[Any].connect(database_url) as slow,
            await AsyncConnection[Any].connect(database_url, autocommit=True) as one,
            await AsyncConnection[Any].connect(database_url, autocommit=True) as two,
        ):
            await store.note(slow, entry(0))  # its number is drawn first, and it commits last
            async with asyncio.timeout(5):
                for number in range(1, 50):
                    await store.note(one, entry(number))
                await asyncio.gather(store.seal_all(one), store.seal_all(two))
            await slow.commit()
            await store.seal_all(two)
            log = await store.read(two, limit=1000)
            return await all_numbers(two), first_break(log)

    numbers, broken = asyncio.run(run())
    assert numbers == [*range(1, 50), 0]
    assert broken is None


def test_a_killed_sealer_loses_and_doubles_nothing(database_url: str) -> None:
    """PR-03 in part"""
    noted(database_url, *range(20))

    async def killed() -> None:
        async with (
            await AsyncConnection[Any].connect(database_url) as sealer,
            await AsyncConnection[Any].connect(database_url, autocommit=True) as other,
        ):
            await store.seal_due(sealer)  # it has chained, and is killed before its commit
            await other.execute("select pg_terminate_backend(%s)", [sealer.info.backend_pid])
            with pytest.raises(psycopg.OperationalError):
                await sealer.commit()

    asyncio.run(killed())
    assert sealed_numbers(database_url) == list(range(20))
    assert sealed_numbers(database_url) == list(range(20))


def test_each_entry_is_checked_once_as_it_comes_and_all_of_them_once_a_day(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PR-03 in part: the page does not hash the whole log again."""
    monkeypatch.setattr("hub.audit.walks.AT_ONCE", 3)
    noted(database_url, *range(8))
    sealed_numbers(database_url)
    day = 86_400_000_000
    now = clock.now()

    async def walked(conn: AsyncConnection[Any], now: int) -> dict[Any, Any]:
        for _ in range(4):
            await walk_on(conn, now)
        return await catch_up(conn, now)

    walks = in_transaction(database_url, lambda conn: walked(conn, now))
    assert walks["news"].seq == walks["whole"].seq == 8
    forge(database_url, "update hub.audit_log set actor = 'x' where seq = 2")
    walks = in_transaction(database_url, lambda conn: walked(conn, now + day // 2))
    assert walks["whole"].broken is None  # it was checked already, and is not yet again
    walks = in_transaction(database_url, lambda conn: walked(conn, now + 2 * day))
    assert (walks["news"].broken, walks["whole"].broken) == (None, 2)
    forge(database_url, "update hub.audit_log set actor = 'p' where seq = 2")

    async def mended(conn: AsyncConnection[Any]) -> dict[Any, Any]:
        await found_whole(conn, await store.head(conn), now)
        return await catch_up(conn, now)

    assert in_transaction(database_url, mended)["whole"].broken is None
