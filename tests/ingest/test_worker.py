from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.columns import Reading
from edge.tls import SYSTEM, Tls
from edge.wire import (
    AgentState,
    Batch,
    Swipe,
    batch_topic,
    device_topic,
    encode_agent_state,
    encode_batch,
    state_topic,
)
from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.postgres import EmbeddedPostgres
from ingest.clock import now
from ingest.migrate import migrate
from ingest.patience import connect
from ingest.worker import WorkerError, run_worker
from tests.ingest.agent import Agent
from tests.ingest.make import AGENT, EPOCH, KEY, SITE, batch, count, readings, rows, settings
from tests.waiting import wait_until

_SCRIPT = Path(__file__).with_name("worker_process.py")


@contextmanager
def worker_thread(
    database_url: str, broker_url: str, *, tls: Tls = SYSTEM, **changes: int
) -> Iterator[None]:
    stop, ready = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            run_worker(
                settings(**changes),
                database_url=database_url,
                broker_url=broker_url,
                username=None,
                password=None,
                person_key=KEY,
                stop=stop,
                ready=ready.set,
                name="w",
                tls=tls,
            )
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(10), failures
        yield
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()
    assert not failures


@contextmanager
def worker_process(database_url: str, broker_url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(_SCRIPT), database_url, broker_url, "w"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.fixture
def broker(make_broker: Callable[[], EmbeddedBroker]) -> str:
    return make_broker().url


@pytest.fixture
def agent(broker: str) -> Iterator[Agent]:
    with Agent(broker, AGENT) as connected:
        yield connected


def some_batches(number: int, size: int = 5) -> list[Batch]:
    start = now() - 60_000_000
    return [batch(seq, readings(size, start=start + seq * size)) for seq in range(1, number + 1)]


def all_once(database_url: str, expected: int) -> None:
    assert count(database_url, "readings") == expected
    assert count(database_url, "(select distinct device, time from readings) as d") == expected


def test_duplicates_and_reordering_store_each_reading_once(
    database_url: str, broker: str, agent: Agent
) -> None:
    batches = some_batches(40)
    sent = batches * 3
    random.Random(1).shuffle(sent)
    with worker_thread(database_url, broker):
        for made in sent:
            agent.send(made)
        agent.wait_for(*(made.seq for made in batches))
    all_once(database_url, 200)
    assert rows(database_url, "select (state->>'stored')::int from workers where name = 'w'")


def test_an_urgent_batch_does_not_wait_for_the_flush(
    database_url: str, broker: str, agent: Agent
) -> None:
    first, bulk, urgent = some_batches(3)
    with worker_thread(database_url, broker, flush_ms=3000):
        agent.send(first, "urgent")
        agent.wait_for(1)
        start = time.monotonic()
        agent.send(bulk)
        agent.send(urgent, "urgent")
        agent.wait_for(2, 3)
        assert time.monotonic() - start < 2


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    database_url: str, broker: str, agent: Agent
) -> None:
    batches = some_batches(300)
    sender = threading.Thread(target=agent.send_until_acknowledged, args=[batches, 60])
    with worker_process(database_url, broker) as first:
        sender.start()
        wait_until(lambda: len(agent.acknowledged) > 30)
        first.send_signal(signal.SIGKILL)
        first.wait(10)
    killed_at = count(database_url, "batches")
    assert 30 < killed_at < 300
    with worker_process(database_url, broker) as second:
        sender.join(60)
        assert len(agent.acknowledged) == 300
        second.send_signal(signal.SIGTERM)
        assert second.wait(15) == 0
    all_once(database_url, 1500)


def test_a_database_that_goes_and_comes_back_loses_and_doubles_nothing(
    tmp_path_factory: pytest.TempPathFactory, service_folder: Path, broker: str, agent: Agent
) -> None:
    server = EmbeddedPostgres(service_folder / "stoppable")
    server.start()
    try:
        with connect(server.url, "test") as conn:
            migrate(conn, "ingest")
        batches = some_batches(300)
        with worker_thread(server.url, broker):
            sender = threading.Thread(target=agent.send_until_acknowledged, args=[batches, 60])
            sender.start()
            wait_until(lambda: len(agent.acknowledged) > 30)
            server.stop()
            held = len(agent.acknowledged)
            time.sleep(1)
            assert len(agent.acknowledged) - held < 50  # only what was on its way
            server.start()
            sender.join(60)
            assert len(agent.acknowledged) == 300
        all_once(server.url, 1500)
    finally:
        server.stop()


def test_a_full_inbox_while_the_database_is_away_loses_and_doubles_nothing(
    service_folder: Path, broker: str, agent: Agent
) -> None:
    server = EmbeddedPostgres(service_folder / "away")
    server.start()
    try:
        with connect(server.url, "test") as conn:
            migrate(conn, "ingest")
        topic = device_topic(SITE, "hydrant-07", "flow")
        start = now() / 1e6
        with worker_thread(server.url, broker, max_queue=20):
            server.stop()
            for number in range(400):
                agent.publish(topic, b'{"value": 1, "time": %.3f}' % (start + number / 1000))
            server.start()
            wait_until(lambda: count(server.url, "readings") >= 400, 30)
        all_once(server.url, 400)
    finally:
        server.stop()


def test_a_broker_that_forgets_everything_loses_and_doubles_nothing(
    database_url: str, make_broker: Callable[[], EmbeddedBroker]
) -> None:
    broker = make_broker()
    batches = some_batches(200)
    with worker_thread(database_url, broker.url):
        with Agent(broker.url, AGENT) as agent:
            for made in batches[:100]:
                agent.send(made)
            wait_until(lambda: len(agent.acknowledged) > 20)
        broker.stop()
        broker.start()
        with Agent(broker.url, AGENT) as again:
            again.send_until_acknowledged(batches, 60)
    all_once(database_url, 1000)


def test_what_waits_at_the_broker_while_no_worker_runs_is_taken_later(
    database_url: str, broker: str, agent: Agent
) -> None:
    with worker_thread(database_url, broker):
        pass
    agent.publish(device_topic(SITE, "hydrant-07", "pressure"), b"0.31")
    with worker_thread(database_url, broker):
        wait_until(lambda: count(database_url, "readings") == 1)


def test_simple_devices_publish_readable_json(database_url: str, broker: str, agent: Agent) -> None:
    with worker_thread(database_url, broker):
        agent.publish(device_topic(SITE, "hydrant-07", "pressure"), b'{"value":0.31}')
        agent.publish(device_topic(SITE, "hydrant-07", "flow"), b"0.5")
        agent.publish(
            device_topic(SITE, "reader-1", "swipe"), b'{"card":"0451-secret","direction":"in"}'
        )
        agent.publish(device_topic(SITE, "smoke-1", "state"), b'{"state":"fault"}')
        wait_until(lambda: count(database_url, "readings") == 2)
        wait_until(lambda: count(database_url, "swipes") == 1)
        wait_until(lambda: count(database_url, "device_states") == 1)
    assert rows(database_url, "select device, quantity, value from reading_log order by 2") == [
        ("hydrant-07", "flow", 0.5),
        ("hydrant-07", "pressure", 0.31),
    ]
    assert rows(database_url, "select reader, direction, granted from swipe_log") == [
        ("reader-1", "in", True)
    ]
    assert rows(database_url, "select device, state from device_state_log") == [
        ("smoke-1", "fault")
    ]
    [(feed,)] = rows(database_url, "select string_agg(payload, '') from feed")
    assert b"0451-secret" not in feed


def test_bad_input_becomes_dead_letters_and_the_rest_goes_on(
    database_url: str, broker: str, agent: Agent
) -> None:
    fine, wrong = some_batches(2)
    parts: list[Any] = msgspec.msgpack.decode(encode_batch(wrong))
    parts[9] = [["reader-1", "noon", "0451-secret"]]  # a time of the wrong type
    old = now() - 400 * 86_400_000_000
    mixed = batch(
        3,
        [
            Reading("hydrant-01", "pressure", now(), 0.3),
            Reading("hydrant-01", "pressure", now() + 86_400_000_000, 0.3),
            Reading("hydrant-01", "pressure", old, 0.3),
            Reading("hydrant-01", "pressure", now(), float("nan")),
        ],
        swipes=[Swipe("reader-1", old, "0451-secret")],
    )
    with worker_thread(database_url, broker):
        agent.publish(batch_topic(SITE, AGENT, "bulk"), b"\xc1 no MessagePack")
        agent.publish(batch_topic(SITE, AGENT, "bulk"), b"\x91" * 100_000)
        agent.publish(batch_topic(SITE, AGENT, "bulk"), msgspec.msgpack.encode(parts))
        agent.publish(batch_topic(SITE, AGENT, "bulk"), b"x" * 10_000_000)
        agent.publish(batch_topic(SITE, "somebody-else", "bulk"), encode_batch(fine))
        agent.publish(device_topic(SITE, "hydrant-07", "pressure"), b'{"volume": 1}')
        agent.publish(
            device_topic(SITE, "reader-1", "swipe"), b'{"card":"0451-secret","time":1e99}'
        )
        agent.send(mixed)
        agent.send(fine)
        agent.wait_for(1, 2, 3)
        wait_until(lambda: count(database_url, "dead_letters") == 10)
    letters = rows(database_url, "select reason, items, payload from dead_letters")
    assert all(b"0451-secret" not in payload for _, _, payload in letters)
    assert sum(items for _, items, _ in letters) == 11
    assert {len(payload) for _, _, payload in letters} >= {100_000, 10_000_000}
    reasons = " | ".join(reason for reason, _, _ in letters)
    for part in (
        "10000000 bytes",
        "of another",
        "value",
        "400",
        "ahead",
        "1e100",
        "seconds since",
    ):
        assert part.replace("400", "90 days old") in reasons
    assert count(database_url, "readings") == 6
    assert rows(database_url, "select items, refused from batches where seq = 3") == [(5, 4)]


def test_a_flood_of_dead_letters_is_bounded_within_seconds(
    database_url: str, broker: str, agent: Agent
) -> None:
    with worker_thread(database_url, broker, dead_letter_max_mb=1):
        for _ in range(8):
            agent.publish(batch_topic(SITE, AGENT, "bulk"), b"\xc1" * 500_000)
        evicted = "select value from counters where name = 'dead_letters_evicted'"
        wait_until(lambda: rows(database_url, evicted) == [(6,)], 15)
    assert count(database_url, "dead_letters") == 2


def test_agents_are_met_through_their_retained_states(
    database_url: str, broker: str, agent: Agent
) -> None:
    state = AgentState(agent=AGENT, online=True, epoch=EPOCH, made=10)
    agent.publish(state_topic(SITE, AGENT), encode_agent_state(state), retain=True)
    for _ in range(2):  # the second worker is told the same retained state once more
        with worker_thread(database_url, broker):
            wait_until(lambda: count(database_url, "agents") == 1)
    assert rows(database_url, "select online, state->'made' from agents") == [(True, 10)]
    assert count(database_url, "device_states") == 1


def test_a_database_that_is_not_migrated_is_refused_with_the_remedy(
    empty_database_url: str, broker: str
) -> None:
    with pytest.raises(WorkerError, match="gridwarden migrate"):
        run_worker(
            settings(),
            database_url=empty_database_url,
            broker_url=broker,
            username=None,
            password=None,
            person_key=KEY,
            stop=threading.Event(),
        )
