from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import psycopg
import pytest

from hub.anomalies.session import Progress, Session
from hub.plans.read import shipped_plan
from hub.sites.domain import (
    DefenceGroup,
    Defender,
    Device,
    Grid,
    Holding,
    Identity,
    Name,
    Person,
    Place,
    SiteDocument,
)
from hub.sites.store import load_site
from ingest import clock
from ingest.commit import feed

NAME = Name("n", "n")
SITE = SiteDocument(
    format=1,
    site=Identity("s", NAME),
    levels=[NAME],
    bounds=(0, 0, 10, 10),
    grids=[Grid("C", None, NAME, [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])],
    people=[Person("p-warden", NAME, "warden")],
    holdings=[Holding("C", "p-warden")],
    places=[Place("room", NAME, "room", None, None, (5, 5))],
    devices=[Device("smoke-1", "smoke", "room", (5, 5), "edge-1", 60)],
)


def test_a_follower_that_dies_after_any_step_finds_everything_once(
    database_url: str, script: Any
) -> None:
    """Each round is a life: it may end unsaved after judging, or in the middle of saving."""
    alarms = [(0, 1), (1, 0), (7, 0), (20, 1), (21, 0), (27, 0)]
    with psycopg.connect(database_url) as conn:
        batches = [
            script.batch([script.reading(second, "smoke-1", "alarm", value)], received=second)
            for second, value in alarms
        ]
        feed(conn, batches)

    async def life(*, until_saved: bool) -> None:
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as conn:
            session = await Session.resume(
                conn,
                name="hub",
                plan=shipped_plan("demo"),
                clock=clock.now,
                progress=Progress(),
            )
            await session.read_page()
            if until_saved:
                await session.save()
                return
            # Dies inside its transaction: everything is written, nothing committed.
            async with conn.transaction(force_rollback=True):
                await session.save()

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(database_url) as conn:
            await load_site(conn, SITE)
        for saved in (False, False, True, True):
            await life(until_saved=saved)

    asyncio.run(run())
    with psycopg.connect(database_url) as conn:
        found = conn.execute("select count(*), count(recovered) from hub.anomalies").fetchone()
        events = conn.execute("select event from hub.case_events order by position").fetchall()
        position = conn.execute("select position from hub.followers").fetchone()
    assert found == (2, 2)
    assert [event for (event,) in events].count("recurred") == 1
    assert position == (len(alarms),)


def test_progress_without_findings_is_saved_once_a_second(database_url: str, script: Any) -> None:
    at = 1_790_000_000_000_000

    def say(second: float) -> None:
        with psycopg.connect(database_url) as conn:
            reading = script.reading(second, "smoke-1", "alarm", 0)
            feed(conn, [script.batch([reading], received=second)])

    async def run() -> list[int]:
        now, seen = at, []
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as conn:
            await load_site(conn, SITE)
            session = await Session.resume(
                conn,
                name="hub",
                plan=shipped_plan("campus"),
                clock=lambda: now,
                progress=Progress(),
            )
            for passed in (0, 400_000, 400_000, 400_000):
                now += passed
                await asyncio.to_thread(say, (now - at) / 1e6)
                await session.read_page()
                await session.save()
                cursor = await conn.execute("select position from hub.followers")
                row = await cursor.fetchone()
                assert row is not None
                seen.append(row[0])
        return seen

    assert asyncio.run(run()) == [1, 1, 1, 4]


def test_lag_is_the_receipt_of_the_last_row_while_behind(database_url: str, script: Any) -> None:
    with psycopg.connect(database_url) as conn:
        feed(conn, [script.batch(received=second) for second in range(100)])

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as conn:
            await load_site(conn, msgspec.structs.replace(SITE))
            progress = Progress()
            session = await Session.resume(
                conn,
                name="hub",
                plan=shipped_plan("campus"),
                clock=lambda: script.micros(500),
                progress=progress,
            )
            assert not await session.read_page()
            assert progress.judged == script.micros(progress.position - 1)
            while not await session.read_page():
                pass
            assert (progress.position, progress.judged) == (100, script.micros(500))

    asyncio.run(run())


def test_a_follower_that_comes_back_too_late_says_what_it_missed(
    database_url: str, script: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Its smoke alarm lies behind the hole, so it is found all the same."""
    with psycopg.connect(database_url) as conn:
        quiet = [
            script.batch([script.reading(n, "smoke-1", "alarm", 0)], received=n) for n in (1, 2)
        ]
        feed(conn, quiet)

    async def look() -> Progress:
        progress = Progress()
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as conn:
            session = await Session.resume(
                conn, name="hub", plan=shipped_plan("demo"), clock=clock.now, progress=progress
            )
            await session.read_page()
            await session.save(at_once=True)
            assert await session.read_page()
        return progress

    async def start() -> None:
        async with await psycopg.AsyncConnection.connect(database_url) as conn:
            await load_site(conn, SITE)
        await look()

    asyncio.run(start())
    with psycopg.connect(database_url) as conn:
        assert conn.execute("select missed_at from hub.followers").fetchone() == (None,)
        row = conn.execute("select position from hub.followers").fetchone()
        assert row is not None
        last = row[0]
        feed(conn, quiet)
        conn.execute("delete from feed")
        conn.execute("update feed_mark set dropped_to = %s", [last + 2])
        feed(conn, [script.batch([script.reading(9, "smoke-1", "alarm", 1)], received=9)])
    assert asyncio.run(look()).position == last + 3
    with psycopg.connect(database_url) as conn:
        missed = conn.execute("select missed_after, missed_to from hub.followers").fetchone()
        noticed = conn.execute("select missed_at from hub.followers").fetchone()
        assert missed == (last, last + 2)
        assert "feed gap" in caplog.text
        assert conn.execute("select count(*) from hub.anomalies").fetchone() == (1,)
    caplog.clear()
    asyncio.run(look())  # said once
    assert "feed gap" not in caplog.text
    with psycopg.connect(database_url) as conn:
        assert conn.execute("select missed_at from hub.followers").fetchone() == noticed


def test_the_partner_of_an_affected_unit_stands_on_the_case(database_url: str, script: Any) -> None:
    """GR-22: alerted with the case that a device of the unit opens, whatever its grade."""
    with psycopg.connect(database_url) as conn:
        feed(conn, [script.batch([script.reading(0, "smoke-1", "alarm", 1)], received=0)])
    group = DefenceGroup(
        "pair", NAME, "shops", [Defender("room", "p-warden"), Defender("other", "p-partner")]
    )
    site = msgspec.structs.replace(
        SITE,
        people=[*SITE.people, Person("p-partner", NAME, "liaison")],
        places=[*SITE.places, Place("other", NAME, "room", None, None, (9, 9))],
        defence_groups=[group],
    )

    async def run() -> Any:
        async with await psycopg.AsyncConnection.connect(database_url) as conn:
            await load_site(conn, site)
            await conn.commit()
            await conn.set_autocommit(True)
            session = await Session.resume(
                conn,
                name="hub",
                plan=shipped_plan("demo"),
                clock=clock.now,
                progress=Progress(),
            )
            await session.read_page()
            await session.save()
            cursor = await conn.execute(
                "select data -> 'notify' from hub.case_events where event = 'discovered'"
            )
            return await cursor.fetchone()

    told = asyncio.run(run())
    assert {"person": "p-partner", "as": "partner"} in told[0]
