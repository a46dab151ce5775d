from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.agent import Agent, run_agent
from edge.assemble import open_link, open_outbox
from edge.columns import Reading
from edge.config import ConfigError
from edge.sample import Sample
from edge.settings import EdgeSettings
from edge.spool import Counts, SpoolInUseError
from edge.supervise import SupervisedDriver
from edge.wire import DeviceState
from gridwarden.embedded.broker import EmbeddedBroker

Until = Callable[..., None]
Receive = Callable[[str], Any]
SETTINGS = EdgeSettings(poll_ms=20, resend_s=0.5, report_s=0.2)  # type: ignore[call-arg]


class Hydrants:
    """Reads three hydrants with every poll, and a fault, urgently, with every tenth."""

    devices = 3

    def __init__(self) -> None:
        self.made = 0
        self.closed = False

    def poll(self, now: int) -> Iterable[Sample]:
        sample = Sample(readings=[Reading(f"h-{n}", "pressure", now, 0.3) for n in range(3)])
        self.made += 3
        yield sample
        if self.made % 30 == 0:
            self.made += 1
            yield Sample(states=[DeviceState("h-1", now, "fault")], urgent=True)

    def close(self) -> None:
        self.closed = True


@contextmanager
def running(
    url: str, folder: Path, name: str, *drivers: SupervisedDriver, drain_s: float = 10.0
) -> Iterator[threading.Event]:
    """An agent in a thread; when left, stopped and drained."""
    outbox = open_outbox(folder, name, SETTINGS)
    link = open_link(url, None, None, site="agent-test", agent=name, queue=64)
    agent = Agent(name, drivers, outbox, link, SETTINGS, site="agent-test", drain_s=drain_s)
    stop = threading.Event()
    thread = threading.Thread(target=agent.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def left_in_spool(folder: Path, name: str) -> Counts:
    outbox = open_outbox(folder, name, SETTINGS)
    counts = outbox.counts
    outbox.close()
    return counts


def items_of(receiver: Any, name: str) -> int:
    return sum(len(batch) for key, batch in receiver.batches.items() if key[0] == name)


def test_everything_read_is_delivered_once_and_the_spool_is_empty_at_the_end(
    broker_url: str, tmp_path: Path, receive: Receive, until: Until
) -> None:
    receiver, driver = receive(broker_url), Hydrants()
    with running(broker_url, tmp_path, "north", SupervisedDriver("bus", lambda: driver)):
        until(lambda: items_of(receiver, "north") > 100)
    assert driver.closed
    assert items_of(receiver, "north") == driver.made
    assert left_in_spool(tmp_path, "north") == Counts(driver.made, driver.made)
    until(lambda: not receiver.states[-1].online)
    states = [state for state in receiver.states if state.agent == "north"]
    assert [state.online for state in states] == [True] * (len(states) - 1) + [False]
    assert (states[-1].made, states[-1].acknowledged) == (driver.made, driver.made)


def test_a_driver_that_raises_does_not_stop_the_others(
    broker_url: str, tmp_path: Path, receive: Receive, until: Until
) -> None:
    class Broken:
        devices = 1

        def poll(self, now: int) -> Iterable[Sample]:
            raise RuntimeError("broken")

        def close(self) -> None:
            pass

    class Wrong(Broken):
        def poll(self, now: int) -> Iterable[Sample]:
            return [Sample(readings=[Reading("not an identifier", "flow", now, 1.0)])]

    receiver, driver = receive(broker_url), Hydrants()
    drivers = [
        SupervisedDriver("broken", Broken, devices=["b-1"]),
        SupervisedDriver("wrong", Wrong, devices=["w-1"]),
        SupervisedDriver("bus", lambda: driver),
    ]
    with running(broker_url, tmp_path, "mixed", *drivers):
        until(lambda: items_of(receiver, "mixed") > 50)
    states = {
        (state.device, state.state)
        for key, batch in receiver.batches.items()
        if key[0] == "mixed"
        for state in batch.states
    }
    assert ("b-1", "fault") in states
    assert items_of(receiver, "mixed") >= driver.made


def test_a_broker_that_is_killed_and_started_again_loses_nothing(
    make_broker: Callable[[], EmbeddedBroker], tmp_path: Path, receive: Receive, until: Until
) -> None:
    """SE-19 in part: readings wait while the link is down."""
    broker, driver = make_broker(), Hydrants()
    receiver = receive(broker.url)
    with running(broker.url, tmp_path, "north", SupervisedDriver("bus", lambda: driver)):
        until(lambda: receiver.items() > 50)
        broker.kill()
        seen = driver.made
        until(lambda: driver.made > seen + 60)
        broker.start()
        until(lambda: receiver.items() > seen + 60)
    assert receiver.items() == driver.made


def test_what_is_not_acknowledged_is_sent_again_and_counted_once(
    broker_url: str, tmp_path: Path, receive: Receive, until: Until
) -> None:
    receiver, driver = receive(broker_url), Hydrants()
    receiver.deaf = True
    receiver.acks_per_batch = 3
    with running(broker_url, tmp_path, "deaf", SupervisedDriver("bus", lambda: driver)):
        until(lambda: max(receiver.arrivals.values(), default=0) >= 2)
        receiver.deaf = False
    assert items_of(receiver, "deaf") == driver.made
    assert left_in_spool(tmp_path, "deaf") == Counts(driver.made, driver.made)


def test_without_a_broker_the_spool_keeps_everything_for_the_next_start(
    broker_url: str, tmp_path: Path, receive: Receive, until: Until
) -> None:
    driver = Hydrants()
    supervised = SupervisedDriver("bus", lambda: driver)
    with running("mqtt://127.0.0.1:9", tmp_path, "alone", supervised, drain_s=0.1):
        until(lambda: driver.made > 100)
    assert left_in_spool(tmp_path, "alone").made == driver.made
    receiver = receive(broker_url)
    with running(broker_url, tmp_path, "alone"):
        until(lambda: items_of(receiver, "alone") == driver.made)
    assert left_in_spool(tmp_path, "alone").batches == 0


def test_an_alarm_goes_out_before_the_bulk_that_waits(
    broker_url: str,
    tmp_path: Path,
    receive: Receive,
    until: Until,
    sample_of: Callable[..., Sample],
) -> None:
    outbox = open_outbox(tmp_path, "alarm", SETTINGS)
    outbox.append([sample_of() for _ in range(30)] + [sample_of(urgent=True)])
    outbox.close()
    receiver = receive(broker_url)
    with running(broker_url, tmp_path, "alarm"):
        until(lambda: items_of(receiver, "alarm") == 93)
    assert receiver.first_channel["alarm"] == "urgent"


def test_an_agent_runs_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text('agent = "a"\n[[driver]]\nkind = "camera"\ndevice = "c"\nsource = "none.mp4"\n')
    stop = threading.Event()
    more: dict[str, Any] = {"username": None, "password": None, "spool_dir": tmp_path / "spool"}
    with pytest.raises(ConfigError, match="site"):
        run_agent(file, SETTINGS, site="a b", broker_url="mqtt://x", stop=stop, **more)
    with pytest.raises(ConfigError, match="mqtt://host:port"):
        run_agent(file, SETTINGS, site="s", broker_url="x", stop=stop, **more)
    holder = open_outbox(tmp_path / "spool", "a", SETTINGS)
    with pytest.raises(SpoolInUseError):
        run_agent(file, SETTINGS, site="s", broker_url="mqtt://127.0.0.1:9", stop=stop, **more)
    holder.close()
    stop.set()
    began = time.monotonic()
    run_agent(file, SETTINGS, site="s", broker_url="mqtt://127.0.0.1:9", stop=stop, **more)
    assert time.monotonic() - began < 5
