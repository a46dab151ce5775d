"""Several workers, one group: each message is dealt to one of them, and stored once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, get_args

import pytest

from edge.wire import AgentState, Batch, device_topic, encode_agent_state, state_topic
from gridwarden.embedded.broker import EmbeddedBroker, find_mosquitto
from ingest.clock import now
from ingest.link import ClientKind
from tests.ingest.agent import Agent
from tests.ingest.make import AGENT, EPOCH, SITE, batch, count, readings, rows
from tests.waiting import wait_until

_SCRIPT = Path(__file__).with_name("worker_process.py")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """Mosquitto: the embedded rumqttd drops messages to groups, and panics when members return."""
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    with EmbeddedBroker(tmp_path / "broker", kind="mosquitto") as started:
        yield started


@contextmanager
def worker(
    database_url: str, broker_url: str, name: str, **settings: Any
) -> Iterator[subprocess.Popen[str]]:
    chosen = json.dumps({"share": "ingest", **settings})
    command = [sys.executable, str(_SCRIPT), database_url, broker_url, name, chosen]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def some_batches(number: int, size: int = 5) -> list[Batch]:
    start = now() - 60_000_000
    return [batch(seq, readings(size, start=start + seq * size)) for seq in range(1, number + 1)]


def all_once(database_url: str, expected: int) -> None:
    assert count(database_url, "readings") == expected
    assert count(database_url, "(select distinct device, time from readings) as d") == expected


@pytest.mark.parametrize("client", get_args(ClientKind))
def test_two_workers_share_the_messages_and_store_each_once(
    database_url: str, broker: EmbeddedBroker, client: str
) -> None:
    with ExitStack() as stack:
        for name in ("one", "two"):
            stack.enter_context(worker(database_url, broker.url, name, client=client))
        agent = stack.enter_context(Agent(broker.url, AGENT))
        batches = some_batches(60)
        agent.send_until_acknowledged(batches + batches)
        topic = device_topic(SITE, "hydrant-07", "flow")
        for number in range(200):
            told = b'{"value": 1, "time": %.3f}' % (now() / 1e6 - number)
            agent.publish(topic, told)
            agent.publish(topic, told)  # told twice, perhaps to both
        wait_until(lambda: count(database_url, "readings") >= 500)
        time.sleep(0.5)
    all_once(database_url, 500)


def test_a_killed_workers_messages_are_stored_by_the_others(
    database_url: str, broker: EmbeddedBroker
) -> None:
    batches = some_batches(300)
    with (
        Agent(broker.url, AGENT) as agent,
        worker(database_url, broker.url, "one"),
        worker(database_url, broker.url, "two") as second,
    ):
        sender = threading.Thread(target=agent.send_until_acknowledged, args=[batches, 60])
        sender.start()
        wait_until(lambda: len(agent.acknowledged) > 30)
        second.send_signal(signal.SIGKILL)
        second.wait(10)
        sender.join(60)
        assert len(agent.acknowledged) == 300
    all_once(database_url, 1500)


def test_a_killed_worker_gets_what_was_dealt_to_it_when_it_is_back(
    database_url: str, broker: EmbeddedBroker
) -> None:
    topic = device_topic(SITE, "hydrant-07", "flow")
    with Agent(broker.url, AGENT) as agent, worker(database_url, broker.url, "one"):
        with worker(database_url, broker.url, "two") as second:
            second.send_signal(signal.SIGKILL)
            second.wait(10)
            for number in range(100):
                agent.publish(topic, b'{"value": 1, "time": %.3f}' % (now() / 1e6 - number))
        with worker(database_url, broker.url, "two"):
            wait_until(lambda: count(database_url, "readings") >= 100)
    all_once(database_url, 100)


def test_every_worker_hears_the_agents_and_one_note_is_made_of_a_change(
    database_url: str, broker: EmbeddedBroker
) -> None:
    with ExitStack() as stack:
        agent = stack.enter_context(Agent(broker.url, AGENT))
        state = AgentState(agent=AGENT, online=True, epoch=EPOCH, made=10)
        agent.publish(state_topic(SITE, AGENT), encode_agent_state(state), retain=True)
        for name in ("one", "two"):
            stack.enter_context(worker(database_url, broker.url, name))
        wait_until(lambda: count(database_url, "device_states") >= 1)
        time.sleep(1)
    assert rows(database_url, "select state from device_state_log") == [("online",)]
    assert count(database_url, "agents") == 1
