from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import psycopg
import pytest

from hub.anomalies.follow import Follower
from hub.plans.check import PlanRefusedError
from hub.plans.read import shipped_plan
from hub.sites.domain import (
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
from ingest.feed import CommittedBatch

DEMO = shipped_plan("demo")
NAME = Name("n", "n")
RING = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
SITE = SiteDocument(
    format=1,
    site=Identity("s", NAME),
    levels=[NAME],
    bounds=(0, 0, 10, 10),
    grids=[Grid("C", None, NAME, RING)],
    people=[Person("p-warden", NAME, "warden")],
    holdings=[Holding("C", "p-warden")],
    places=[Place("room", NAME, "room", None, None, (5, 5))],
    devices=[
        Device("smoke-1", "smoke", "room", (5, 5), "edge-1", 60),
        Device("hydrant-1", "hydrant", "room", (5, 5), "edge-1", 60),
    ],
)


@pytest.fixture
def site_url(database_url: str) -> str:
    load(database_url, SITE)
    return database_url


def load(url: str, document: SiteDocument) -> None:
    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(url) as conn:
            await load_site(conn, document)

    asyncio.run(run())


def commit(url: str, *batches: CommittedBatch) -> None:
    with psycopg.connect(url) as conn:
        feed(conn, batches)


def ask(url: str, query: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as conn:
        return conn.execute(query).fetchall()


def saved(url: str) -> int:
    return next((row[0] for row in ask(url, "select position from hub.followers")), 0)


def cases(url: str) -> list[Any]:
    return ask(url, "select kind, device, warden from hub.cases order by id")


@asynccontextmanager
async def following(url: str, **more: Any) -> AsyncIterator[Follower]:
    follower, stop = Follower(url, DEMO, clock.now, **more), asyncio.Event()
    task = asyncio.create_task(follower.run(stop))
    try:
        yield follower
    finally:
        stop.set()
        await task


async def until(true: Callable[[], bool], seconds: float = 10) -> float:
    """Wait until something is true; how long it took."""
    start = time.monotonic()
    while not await asyncio.to_thread(true):
        assert time.monotonic() - start < seconds, "it did not come true"
        await asyncio.sleep(0.02)
    return time.monotonic() - start


def follow(url: str, work: Callable[[Follower], Awaitable[None]], **more: Any) -> None:
    async def run() -> None:
        async with following(url, **more) as follower:
            await work(follower)

    asyncio.run(run())


@pytest.fixture
def say(script: Any) -> Callable[..., CommittedBatch]:
    """A batch of one quantity: pairs of (seconds after the origin, value), received now."""

    def make(
        device: str, quantity: str, *pairs: tuple[float, float], origin: str = "live"
    ) -> CommittedBatch:
        events = [script.reading(second, device, quantity, value) for second, value in pairs]
        batch = script.batch(events, origin=origin)
        return msgspec.structs.replace(batch, received=clock.now())

    return make


def test_an_alarm_becomes_a_case_of_the_warden_within_a_second(site_url: str, say: Any) -> None:
    async def work(follower: Follower) -> None:
        await until(lambda: follower.lag_s is not None)
        commit(site_url, say("smoke-1", "alarm", (0, 1)))
        assert await until(lambda: bool(cases(site_url))) < 1

    follow(site_url, work)
    assert cases(site_url) == [("smoke_alarm", "smoke-1", "p-warden")]
    ((key, due),) = ask(
        site_url,
        "select a.key, c.due - c.opened from hub.anomalies a, hub.cases c",
    )
    assert key > 0
    assert due.total_seconds() == 60 * DEMO.rules["smoke_alarm"].due_minutes


def test_an_anomaly_opens_a_case_of_the_holder_or_joins_the_devices_open_one(
    site_url: str, say: Any
) -> None:
    """SE-04: by its rule's limit, debounce, category and grade."""
    short = say("hydrant-1", "pressure", (0, 0.1), (3, 0.1), (3.5, 0.3))  # the rule waits 4 s
    long = say("hydrant-1", "pressure", (10, 0.1), (14, 0.1), (15, 0.3), (19, 0.3))
    again = say("hydrant-1", "pressure", (30, 0.1), (34, 0.1))
    commit(site_url, short, long, again, say("smoke-1", "alarm", (35, 1)))
    follow(site_url, lambda f: until(lambda: f.position == 4))
    assert cases(site_url) == [
        ("hydrant_low_pressure", "hydrant-1", "p-warden"),
        ("smoke_alarm", "smoke-1", "p-warden"),
    ]
    assert ask(site_url, "select grid, grade from hub.cases order by id") == [
        ("C", "serious"),
        ("C", "emergency"),
    ]
    told = "select event from hub.case_events where case_id = (select min(id) from hub.cases)"
    assert ask(site_url, f"{told} and event in ('discovered', 'recurred') order by position") == [
        ("discovered",),
        ("recurred",),
    ]


def test_what_was_committed_before_the_first_start_is_judged(site_url: str, say: Any) -> None:
    commit(site_url, *(say("smoke-1", "alarm", (second, 0)) for second in range(200)))
    commit(site_url, say("smoke-1", "alarm", (300, 1)))

    async def work(follower: Follower) -> None:
        await until(lambda: "smoke_alarm" in {row[0] for row in cases(site_url)})
        await until(lambda: follower.lag_s is not None and follower.lag_s < 1)
        assert follower.position == 201

    follow(site_url, work)


def test_a_stopped_follower_goes_on_where_it_was_inside_a_debounce(site_url: str, say: Any) -> None:
    async def work(follower: Follower) -> None:
        await until(lambda: follower.position == last)

    commit(site_url, say("hydrant-1", "pressure", (0, 0.1)))
    last = 1
    follow(site_url, work)
    assert cases(site_url) == []
    commit(site_url, say("hydrant-1", "pressure", (3, 0.1), (4, 0.1)))
    last = 2
    follow(site_url, work)
    assert cases(site_url) == [("hydrant_low_pressure", "hydrant-1", "p-warden")]
    assert ask(site_url, "select extract(epoch from raised - started) from hub.anomalies") == [(4,)]


def test_a_recovery_is_noted_with_its_anomaly_and_case(site_url: str, say: Any) -> None:
    commit(site_url, say("smoke-1", "alarm", (0, 1), (1, 0), (7, 0)))
    follow(site_url, lambda f: until(lambda: f.position == 1))
    assert ask(site_url, "select extract(epoch from recovered - started) from hub.anomalies") == [
        (6,)
    ]
    events = ask(site_url, "select event from hub.case_events order by position")
    assert events[-1] == ("sensor_recovered",)


def test_a_lost_connection_neither_loses_nor_doubles(site_url: str, say: Any) -> None:
    kill = """select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()"""

    async def work(_: Follower) -> None:
        for round_ in range(3):
            at = 100 * round_
            batch = say("smoke-1", "alarm", (at, 1), (at + 1, 0), (at + 9, 0))
            await asyncio.to_thread(commit, site_url, batch)
            await asyncio.to_thread(ask, site_url, kill)
            await until(lambda: saved(site_url) == round_ + 1)  # noqa: B023

    follow(site_url, work)
    assert ask(site_url, "select count(*), count(recovered) from hub.anomalies") == [(3, 3)]
    assert len(cases(site_url)) == 1
    recurred = "select count(*) from hub.case_events where event = 'recurred'"
    assert ask(site_url, recurred) == [(2,)]


def test_a_save_that_fails_leaves_nothing_behind_and_is_made_up(site_url: str, say: Any) -> None:
    """The cases' table is away for a while: the anomaly must not be saved without its case."""
    ask_away = "alter table hub.cases rename to cases_away"
    with psycopg.connect(site_url, autocommit=True) as conn:
        conn.execute(ask_away)
    commit(site_url, say("smoke-1", "alarm", (0, 1)))

    async def fail() -> None:
        with pytest.raises(psycopg.errors.UndefinedTable):
            await Follower(site_url, DEMO, clock.now).run(asyncio.Event())

    asyncio.run(fail())
    assert ask(site_url, "select * from hub.anomalies") == []
    assert ask(site_url, "select * from hub.followers") == []
    with psycopg.connect(site_url, autocommit=True) as conn:
        conn.execute("alter table hub.cases_away rename to cases")
    follow(site_url, lambda f: until(lambda: f.position == 1))
    assert len(cases(site_url)) == 1


def test_judging_again_from_an_older_cursor_finds_nothing_new(site_url: str, say: Any) -> None:
    commit(site_url, say("smoke-1", "alarm", (0, 1), (1, 0), (9, 0)))
    follow(site_url, lambda f: until(lambda: f.position == 1))
    before = ask(site_url, "select event, hash from hub.case_events order by position")
    with psycopg.connect(site_url, autocommit=True) as conn:
        conn.execute("delete from hub.followers")
    follow(site_url, lambda f: until(lambda: f.position == 1))
    assert ask(site_url, "select event, hash from hub.case_events order by position") == before


def test_nothing_is_passed_over_before_a_site_is_loaded(database_url: str, say: Any) -> None:
    commit(database_url, say("smoke-1", "alarm", (0, 1)))

    async def work(follower: Follower) -> None:
        await asyncio.sleep(0.3)
        assert follower.position == 0
        await asyncio.to_thread(load, database_url, SITE)
        await until(lambda: bool(cases(database_url)))

    follow(database_url, work)


def test_a_device_that_joins_the_site_is_judged_at_once(site_url: str, say: Any) -> None:
    newcomer = Device("smoke-2", "smoke", "room", (5, 5), "edge-1", 60)
    larger = msgspec.structs.replace(SITE, devices=[*SITE.devices, newcomer])

    async def work(follower: Follower) -> None:
        await until(lambda: follower.lag_s is not None)
        await asyncio.to_thread(load, site_url, larger)
        commit(site_url, say("smoke-2", "alarm", (0, 1)))
        await until(lambda: bool(cases(site_url)))

    follow(site_url, work)
    assert cases(site_url)[0][:2] == ("smoke_alarm", "smoke-2")


def test_carried_history_raises_nothing(site_url: str, say: Any) -> None:
    commit(site_url, say("smoke-1", "alarm", (0, 1), origin="courier"))
    follow(site_url, lambda f: until(lambda: f.position == 1))
    assert cases(site_url) == []


def test_a_row_that_cannot_be_read_is_counted_and_skipped(site_url: str, say: Any) -> None:
    with psycopg.connect(site_url) as conn:
        conn.execute("insert into feed (received, payload) values (now(), 'rubbish')")
    commit(site_url, say("smoke-1", "alarm", (0, 1)))

    async def work(follower: Follower) -> None:
        await until(lambda: bool(cases(site_url)))
        assert follower.progress.unreadable == 1

    follow(site_url, work)


def test_of_two_followers_one_judges_and_the_other_takes_over(site_url: str, say: Any) -> None:
    async def handover() -> None:
        first, second = (Follower(site_url, DEMO, clock.now) for _ in range(2))
        stop_first, stop_second = asyncio.Event(), asyncio.Event()
        one = asyncio.create_task(first.run(stop_first))
        await until(lambda: first.lag_s is not None)
        two = asyncio.create_task(second.run(stop_second))
        commit(site_url, say("smoke-1", "alarm", (0, 1)))
        await until(lambda: first.position == 1)
        assert (second.position, second.lag_s) == (0, None)
        stop_first.set()
        await one
        commit(site_url, say("smoke-1", "alarm", (100, 0), (110, 0)))
        await until(lambda: second.position == 2)
        stop_second.set()
        await two

    asyncio.run(handover())
    assert len(cases(site_url)) == 1


def test_a_plan_with_problems_never_judges() -> None:
    rule = msgspec.structs.replace(DEMO.rules["smoke_alarm"], limit=None)
    broken = msgspec.structs.replace(DEMO, rules=DEMO.rules | {"smoke_alarm": rule})
    with pytest.raises(PlanRefusedError, match="rule smoke_alarm has no limit"):
        Follower("", broken, clock.now)


@pytest.mark.slow
def test_silent_agents_and_devices_become_cases_of_the_place(site_url: str, say: Any) -> None:
    """The agents' and workers' tables, not batches, show who lives."""
    quick = {
        "device_silent": msgspec.structs.replace(DEMO.rules["device_silent"], missed=0.03),
        "agent_silent": msgspec.structs.replace(DEMO.rules["agent_silent"], silent_s=1.5),
    }
    plan = msgspec.structs.replace(DEMO, rules=DEMO.rules | quick)
    commit(site_url, say("smoke-1", "alarm", (0, 0)), say("hydrant-1", "pressure", (0, 0.3)))

    async def run() -> None:
        follower, stop = Follower(site_url, plan, clock.now), asyncio.Event()
        task = asyncio.create_task(follower.run(stop))

        def beat(*, agent: bool) -> None:
            with psycopg.connect(site_url) as conn:
                conn.execute(
                    """insert into workers (name, kind, started, beat)
                       values ('i', 'ingest', now(), now())
                       on conflict (name) do update set beat = now()"""
                )
                if agent:
                    conn.execute(
                        """insert into agents (name, site, online, reported, state)
                           values ('edge-1', 's', true, now(), '{}')
                           on conflict (name) do update set reported = now()"""
                    )

        def kinds() -> set[str]:
            return {row[0] for row in cases(site_url)}

        for _ in range(8):
            await asyncio.to_thread(beat, agent=True)
            await asyncio.sleep(0.5)
        assert kinds() == {"device_silent"}
        for _ in range(7):
            await asyncio.to_thread(beat, agent=False)
            await asyncio.sleep(0.5)
        assert kinds() == {"device_silent", "agent_silent"}
        stop.set()
        await task

    asyncio.run(run())
    assert ("agent_silent", "edge-1", "p-warden") in cases(site_url)
