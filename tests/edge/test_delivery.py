"""The edge's way to the store: real agents and replays, a real broker, a real ingest worker."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from edge.agent import Agent
from edge.assemble import open_link, open_outbox
from edge.columns import Reading
from edge.replay import ReplayResult, replay_swipes
from edge.sample import Sample
from edge.settings import EdgeSettings
from edge.supervise import SupervisedDriver
from edge.swipe_log import SwipeColumns
from gridwarden.embedded.broker import EmbeddedBroker
from ingest.settings import IngestSettings
from ingest.worker import run_worker

SETTINGS = EdgeSettings(poll_ms=20, resend_s=2, report_s=0.5)  # type: ignore[call-arg]
READINGS = "SELECT count(*) FROM readings"
DIFFERENT = "SELECT count(DISTINCT value) FROM readings"
VAST = Path(__file__).parents[3] / "shared/data/vast2016_prox.csv"


@pytest.fixture
def broker(make_broker: Callable[[], EmbeddedBroker]) -> EmbeddedBroker:
    return make_broker()


@pytest.fixture
def worker(database_url: str, broker: EmbeddedBroker) -> Iterator[None]:
    """An ingest worker in a thread."""
    stop, ready = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=run_worker,
        args=[IngestSettings()],  # type: ignore[call-arg]
        kwargs={
            "database_url": database_url,
            "broker_url": broker.url,
            "username": None,
            "password": None,
            "person_key": b"k" * 32,
            "stop": stop,
            "ready": ready.set,
        },
    )
    thread.start()
    assert ready.wait(20)
    yield
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def count(database_url: str, query: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return int(row[0])


@pytest.mark.usefixtures("worker")
def test_a_replayed_log_is_stored_once_however_often_it_is_replayed(
    tmp_path: Path, broker: EmbeddedBroker, database_url: str
) -> None:
    log = tmp_path / "log.csv"
    records = [f"2016-05-31 00:{n % 60:02},c-{n},gate" for n in range(1500)]
    log.write_text("\n".join(["t,c,r", *records, "never,c,gate", "2016-05-31 00:05,,gate"]))
    for _ in range(2):
        result = replay_swipes(
            log, SwipeColumns("t", "c", ("r",)), SETTINGS, site="campus", broker_url=broker.url
        )
        assert result == ReplayResult(1502, 1500, 2)
    assert count(database_url, "SELECT count(*) FROM swipes") == 1500
    assert count(database_url, "SELECT count(*) FROM dead_letters") == 2
    reasons = "SELECT count(*) FROM dead_letters WHERE reason LIKE 'log.csv, line 150_: %'"
    assert count(database_url, reasons) == 2


class Hydrant:
    """Reads one more with every poll; every fifth is urgent."""

    devices = 1

    def __init__(self) -> None:
        self.made = 0

    def poll(self, now: int) -> Iterable[Sample]:
        self.made += 1
        reading = Reading("h-1", "pressure", now, float(self.made))
        return [Sample(readings=[reading], urgent=self.made % 5 == 0)]

    def close(self) -> None:
        pass


@contextmanager
def running(folder: Path, broker_url: str, driver: Hydrant, drain_s: float = 10) -> Iterator[None]:
    """An agent in a thread; when left, stopped and drained."""
    stop = threading.Event()
    outbox = open_outbox(folder, "north", SETTINGS)
    link = open_link(broker_url, None, None, site="campus", agent="north", queue=200)
    drivers = [SupervisedDriver("bus", lambda: driver)]
    agent = Agent("north", drivers, outbox, link, SETTINGS, site="campus", drain_s=drain_s)
    thread = threading.Thread(target=agent.run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


@pytest.mark.usefixtures("worker")
def test_an_agent_whose_broker_is_killed_stores_every_reading_once(
    tmp_path: Path, broker: EmbeddedBroker, database_url: str, until: Callable[..., None]
) -> None:
    driver = Hydrant()
    with running(tmp_path, broker.url, driver):
        until(lambda: count(database_url, READINGS) > 20)
        broker.kill()
        seen = driver.made
        until(lambda: driver.made > seen + 30)
        broker.start()
        until(lambda: count(database_url, READINGS) > seen + 30)
    assert count(database_url, READINGS) == driver.made
    assert count(database_url, DIFFERENT) == driver.made


@pytest.mark.usefixtures("worker")
def test_an_agent_whose_spool_is_put_back_from_a_copy_stores_every_reading_once(
    tmp_path: Path, broker: EmbeddedBroker, database_url: str, until: Callable[..., None]
) -> None:
    """As after a snapshot of its machine, with batches waiting in the copy."""
    driver, spool = Hydrant(), tmp_path / "spool"
    with running(spool, broker.url, driver):
        until(lambda: count(database_url, READINGS) > 10)
    with running(spool, "mqtt://127.0.0.1:9", driver, drain_s=0):
        until(lambda: driver.made > 40)
    shutil.copytree(spool, tmp_path / "copy")
    with running(spool, broker.url, driver):
        seen = driver.made
        until(lambda: driver.made > seen + 30)
    assert count(database_url, READINGS) == driver.made
    for _ in range(2):
        shutil.rmtree(spool)
        shutil.copytree(tmp_path / "copy", spool)
        with running(spool, broker.url, driver):
            until(lambda seen=driver.made: driver.made > seen + 20)
    assert count(database_url, DIFFERENT) == driver.made
    assert count(database_url, READINGS) == driver.made


@pytest.mark.usefixtures("worker")
@pytest.mark.skipif(not VAST.exists(), reason="the trial data are not here")
def test_every_record_of_a_real_office_log_reaches_the_store(
    broker: EmbeddedBroker, database_url: str
) -> None:
    columns = SwipeColumns("timestamp", "prox-id", ("floor", "zone"))
    result = replay_swipes(VAST, columns, SETTINGS, site="campus", broker_url=broker.url)
    stored = count(database_url, "SELECT count(*) FROM swipes")
    letters = count(database_url, "SELECT count(*) FROM dead_letters")
    assert (result.records, stored, letters) == (29_763, result.swipes, result.rejected)
