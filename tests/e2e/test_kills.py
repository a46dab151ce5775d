"""Nothing is lost and nothing doubled when parts of a running demo are killed, or it is stopped."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from gridwarden.demo.campus import Campus
from gridwarden.embedded.datadir import DataDir
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.running import Running, find_running
from hub.cases.store import find, find_break
from tests.e2e.stack import UP_S, Part

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SECONDS = 60
STOP_S = 15.0
SETTLED_S = 6.0  # the agents report and the first troubles have begun
BETWEEN_S = 4.0
AGENTS = ("west", "east", "cameras")
VICTIMS = ("west", "ingest", "broker", "postgres", "hub")
MARKS = {
    "ingest": ("ingest", "run"),
    "hub": ("hub", "run"),
    "postgres": ("-D",),
    **{agent: (f"{agent}.toml",) for agent in AGENTS},
}


@pytest.fixture
def folder(service_folder: Path, campus: Campus, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A data folder of this test's own."""
    made = service_folder / request.node.name[:24]
    prepare(made, campus)
    yield made
    shutil.rmtree(made)


def prepare(data: Path, campus: Campus) -> None:
    data.mkdir(mode=0o711)
    shutil.copytree(campus.folder / "cache", data / "campus" / "cache")


def start(data: Path, *words: str) -> Part:
    output = data.with_suffix(".out")
    return Part("--data-dir", str(data), "demo", "--days-of-history", "1", *words, output=output)


def addresses(demo: Part, data: Path) -> Running:
    demo.until(lambda: find_running(data) is not None)
    running = find_running(data)
    assert running is not None
    return running


def process_of(demo: Part, name: str) -> psutil.Process | None:
    """The process of one part of a demo."""
    for process in demo.tree()[1:]:
        try:
            words = process.cmdline()
        except psutil.NoSuchProcess:
            continue  # one that has just gone, such as a part's helper
        if name == "broker":
            hit = any("_iotcore.py" in word or "mosquitto" in word for word in words)
        else:
            hit = all(any(word.endswith(mark) for word in words) for mark in MARKS[name])
        if hit and not any("_tether.py" in word for word in words):
            return process
    return None


def kill(demo: Part, name: str) -> None:
    victim = process_of(demo, name)
    assert victim is not None, f"{name} does not run: {demo.output()}"
    victim.kill()


def said(folders: list[Path]) -> str:
    """The last words of all parts of some demos."""
    logs = sorted(log for folder in folders for log in DataDir(folder).logs.glob("*.log"))
    return "\n".join(f"{log}: {log.read_text()[-600:]}" for log in logs)


def counts(database_url: str) -> dict[str, int]:
    tables = ("readings", "swipes", "batches", "hub.cases", "hub.case_events")
    with psycopg.connect(database_url) as connection:
        rows = {
            table: connection.execute(f"select count(*) from {table}").fetchone()  # type: ignore[arg-type]
            for table in tables
        }
    return {table: int(row[0]) for table, row in rows.items() if row is not None}


async def broken_cases(database_url: str) -> tuple[int, list[int]]:
    """How many cases there are, and those whose chain of hashes is broken."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        cursor = await connection.execute("select id from hub.cases order by id")
        ids = [int(row[0]) for row in await cursor.fetchall()]
        broken: list[int] = []
        for case in ids:
            stored = await find(connection, case)
            assert stored is not None
            if await find_break(connection, stored) is not None:
                broken.append(case)
        return len(ids), broken


def chains(database_url: str) -> tuple[int, list[int]]:
    """`broken_cases`, in a thread of its own: Playwright keeps a loop in this one."""
    with ThreadPoolExecutor() as aside:
        return aside.submit(lambda: asyncio.run(broken_cases(database_url))).result()


def test_every_part_may_be_killed_and_nothing_is_lost_or_doubled(
    folder: Path, service_folder: Path
) -> None:
    """SE-02 in part: over MQTT, each once; on plain PostgreSQL."""
    report = service_folder / "kills.json"
    words = ("--for", str(SECONDS), "--report", str(report))
    with start(folder, *words) as demo:
        demo.until(lambda: process_of(demo, "cameras"))
        time.sleep(SETTLED_S)
        for name in VICTIMS:
            kill(demo, name)
            time.sleep(BETWEEN_S)
        assert demo.process.wait(SECONDS + 60) == 1, demo.output()  # it tells of the deaths
    judged: dict[str, Any] = json.loads(report.read_text())
    assert (judged["lost"], judged["doubled"], judged["dead_lettered"]) == (0, 0, 0), judged
    assert judged["made"] == judged["stored"] > 10_000
    assert judged["restarts"] == {name: int(name in VICTIMS) for name in judged["restarts"]}
    assert set(VICTIMS) <= set(judged["restarts"])
    assert (judged["missed"], judged["wrong_holder"]) == ([], []), judged
    assert judged["page_answered"] is True
    with EmbeddedPostgres(DataDir(folder).postgres) as server:
        cases, broken = chains(server.url)
    assert cases >= len(judged["cases_by_kind"])
    assert broken == []


def test_two_demos_live_side_by_side_and_go_on_after_ctrl_c_and_after_a_kill(
    service_folder: Path, campus: Campus
) -> None:
    """Neither end leaves a process, and what was there before is there after it."""
    folders = [service_folder / name for name in ("one", "two")]
    for each in folders:
        prepare(each, campus)
    demos = [start(each) for each in folders]
    stopped, killed = demos
    try:
        running = [addresses(*pair) for pair in zip(demos, folders, strict=True)]
        for demo in demos:
            demo.says("Ctrl-C")
        assert len({found.page for found in running}) == 2
        assert len({found.broker_url for found in running}) == 2
        assert len({found.database_url for found in running}) == 2
        time.sleep(SETTLED_S)
        family = [process for demo in demos for process in demo.tree()]
        before = counts(running[0].database_url)
        stopped.process.send_signal(signal.SIGINT)
        killed.process.kill()
        _, left = psutil.wait_procs(family, timeout=STOP_S)
        assert [process.cmdline() for process in left] == [], said(folders)
        assert stopped.process.wait() == 0, stopped.output()
    finally:
        for demo in demos:
            demo.end()
    report = service_folder / "resumed.json"
    with (
        start(folders[0]) as again,
        start(folders[1], "--for", "5", "--report", str(report)) as healed,
    ):
        resumed = addresses(again, folders[0])
        assert resumed.broker_url == running[0].broker_url
        assert resumed.page == running[0].page
        after = counts(resumed.database_url)
        healed.process.wait(UP_S)
    assert all(after[table] >= before[table] for table in before), (before, after)
    assert before["readings"] > 0
    judged: dict[str, Any] = json.loads(report.read_text())
    assert (judged["lost"], judged["doubled"], judged["dead_lettered"]) == (0, 0, 0), judged
    assert judged["made"] == judged["stored"] > 1_000
    for each in folders:
        shutil.rmtree(each)
