"""A hub that is killed at any moment gives what one that lives gives: same anomalies, same cases.

Two hubs follow one stream, each from a store of its own, as it happens: rules judge it by its
events and receipts, and both hubs' clocks are the present. One of them is killed again and again.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from ingest.feed import CommittedBatch
from ingest.write import Writer
from tests.conftest import Cluster
from tests.e2e.stack import Part, until
from tests.hub.anomalies.stored import SECOND, campus_batches, load, lots, write
from tools.evaluate.outages import Outage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,  # two hubs that follow at the same pace
    pytest.mark.timeout(400),
]

SECONDS = 60  # of the stream; the first minute of a world holds every kind of trouble
READY_S = 6  # until the batches are made; twice as long each time that was too short
UP_S = 60
KILLS = 5
LOT = SECOND // 5
QUIET_S = 4.0  # after the last batch, for what falls due by the clock

ANOMALIES = """
    select key, rule, kind, device, started, raised, value, threshold, unit, quantity, grade,
           supersedes, detection_time, veto, muted, cause, recovered, recovery_value
    from hub.anomalies order by key"""
CASES = """
    select c.kind, c.grade, c.device, c.grid, c.warden, c.breaches, c.recurrences, c.stage,
           (select array_agg(e.event order by e.seq) from hub.case_events e where e.case_id = c.id)
    from hub.cases c order by c.device, c.kind, c.number"""


def start_hub(url: str, folder: Path) -> Part:
    more = {"GRIDWARDEN_DATABASE__URL": url, "GRIDWARDEN_HUB__PLAN": str(folder / "demo.toml")}
    return Part("hub", "run", "--port", "0", output=folder / "hub.out", more=more)


def ask(url: str, query: Any) -> list[Any]:
    with psycopg.connect(url) as conn:
        return conn.execute(query).fetchall()


def position(url: str) -> int:
    return ask(url, "select coalesce(max(position), 0) from hub.followers")[0][0]


def make_batches(folder: Path) -> list[CommittedBatch]:
    """A stream that begins soon; a link stalls in it, so that some of what is judged is late."""
    ready_s = READY_S
    while True:
        origin = round((time.time() + ready_s) * SECOND)
        stall = Outage(origin + 38 * SECOND, origin + 46 * SECOND)
        _, batches = campus_batches(folder, SECONDS, away=[stall], origin=origin)
        if time.time() * SECOND < origin:
            return batches
        ready_s *= 2


def play(urls: tuple[str, str], folder: Path, moments: list[float]) -> tuple[list[int], int]:
    """Commit the stream to both stores as it happens, while the second one's hub is killed.

    `moments` are when, in seconds after the first batch. Gives how far it had saved each time, and
    how many batches there were.
    """
    calm, shaken = urls
    writers = [
        (psycopg.connect(url, autocommit=True), Writer(max_unregistered=1000)) for url in urls
    ]
    deaths: list[int] = []
    with start_hub(calm, folder) as steady:
        killed = start_hub(shaken, folder)
        for hub in (steady, killed):
            hub.says("http://", UP_S)
        batches = make_batches(folder)
        begin, due = batches[0].received, list(moments)
        for lot in lots(batches, LOT):
            wait = lot[-1].received / SECOND - time.time()
            if wait > 0:
                time.sleep(wait)
            for conn, writer in writers:
                write(conn, writer, lot)
            if due and lot[-1].received - begin >= due[0] * SECOND:
                time.sleep((due.pop(0) * 1000) % 97 / 1000)  # not always right behind a commit
                killed.process.kill()
                killed.process.wait()
                deaths.append(position(shaken))
                killed = start_hub(shaken, folder)
        with killed:
            until(lambda: position(calm) == position(shaken) == len(batches), 60, killed.output)
            time.sleep(QUIET_S)
            assert steady.runs, steady.output()
    for conn, _ in writers:
        conn.close()
    return deaths, len(batches)


def test_a_hub_killed_at_random_moments_gives_the_same_anomalies_and_cases(
    cluster: Cluster, tmp_path: Path
) -> None:
    random = Random(4)
    plan = files("hub.plans").joinpath("library", "demo.toml").read_text(encoding="utf-8")
    (tmp_path / "demo.toml").write_text(plan)
    document, _ = campus_batches(tmp_path, 1)
    urls = cluster.create_migrated(), cluster.create_migrated()
    with ThreadPoolExecutor() as aside:  # Playwright keeps a loop in this thread
        list(aside.map(lambda url: load(url, document), urls))
    moments = sorted(random.uniform(1, SECONDS - 5) for _ in range(KILLS))
    deaths, batches = play(urls, tmp_path, moments)
    assert len(deaths) == KILLS
    assert deaths == sorted(deaths)
    assert 0 < deaths[-1] < batches
    raised, cases = ask(urls[0], ANOMALIES), ask(urls[0], CASES)
    assert {row[2] for row in raised} >= {
        "smoke_alarm",
        "hydrant_low_pressure",
        "hydrant_no_water",
        "door_forced",
        "device_silent",
    }
    assert ask(urls[1], ANOMALIES) == raised
    assert ask(urls[1], CASES) == cases
    for url in urls:
        cluster.drop(url)
