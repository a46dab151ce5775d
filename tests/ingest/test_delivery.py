"""The whole way from an edge agent into the store, with every message delivered twice.

A real agent with its spool, a real broker, a real worker; plain PostgreSQL and TimescaleDB.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.agent import Agent
from edge.assemble import open_link, open_outbox
from edge.columns import Reading
from edge.sample import Sample
from edge.settings import EdgeSettings
from edge.supervise import SupervisedDriver
from edge.wire import (
    ALL_BATCHES,
    Detection,
    DeviceState,
    Direction,
    Micros,
    Swipe,
    ack_topic,
    decode_ack,
    decode_batch,
)
from gridwarden.embedded.broker import EmbeddedBroker
from ingest.clock import micros, now
from ingest.helpers import Helpers
from ingest.person import PersonKeys
from tests.ingest.make import KEY, SITE, on_timescale, rows
from tests.ingest.test_worker import worker_thread
from tests.timescale.pglite import PgliteCluster
from tests.waiting import wait_until

AGENT = "twice"
SETTINGS = EdgeSettings(poll_ms=20, report_s=0.5)  # type: ignore[call-arg]
CARD = "card-0042"


class Sensors:
    """A card reader, a hydrant, a smoke detector and a camera, each heard `ROUNDS` times."""

    ROUNDS = 5
    devices = 4

    def __init__(self) -> None:
        self.times: list[Micros] = []

    def poll(self, now: Micros) -> Iterable[Sample]:
        if len(self.times) == self.ROUNDS:
            return []
        # A little before the poll, as a device's own clock says it.
        at = now - 1_234
        self.times.append(at)
        number = len(self.times)
        return [
            Sample(
                readings=[
                    Reading("hydrant-1", "pressure", at, 0.3 + number / 100),
                    Reading("smoke-1", "obscuration", at, number / 10),
                ],
                swipes=[Swipe("reader-1", at, CARD, Direction.IN)],
            ),
            Sample(
                states=[DeviceState("smoke-1", at, "alarm")],
                detections=[Detection("camera-1", at, "fire", "hall", 0.9, snapshot=b"\xff\xd8")],
                urgent=True,
            ),
        ]

    def close(self) -> None:
        pass


class Echo:
    """Publishes each batch once more, as delivery at least once allows, and hears the acks."""

    def __init__(self, broker_url: str) -> None:
        self.echoed: set[tuple[int, int]] = set()
        self.items = 0
        self.acks: Counter[tuple[int, int]] = Counter()
        self._ready = threading.Event()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id="echo", protocol=MQTTProtocolVersion.MQTTv5
        )
        topics = [(ALL_BATCHES, 1), (ack_topic(SITE, AGENT), 1)]
        self._client.on_connect = lambda client, *_: client.subscribe(topics)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._heard
        address = urlsplit(broker_url)
        self._client.connect(str(address.hostname), address.port or 1883)
        self._client.loop_start()
        assert self._ready.wait(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _heard(self, client: Client, _: object, message: MQTTMessage) -> None:
        if message.topic.endswith("/ack"):
            ack = decode_ack(message.payload)
            self.acks.update((ack.epoch, seq) for seq in ack.seqs)
            return
        batch = decode_batch(message.payload)
        identity = (batch.epoch, batch.seq)
        if identity not in self.echoed:
            self.echoed.add(identity)
            self.items += len(batch)
            client.publish(message.topic, message.payload, qos=1)


@contextmanager
def agent_thread(folder: Path, broker_url: str, sensors: Sensors) -> Iterator[None]:
    stop = threading.Event()
    outbox = open_outbox(folder, AGENT, SETTINGS)
    link = open_link(broker_url, None, None, site=SITE, agent=AGENT, queue=200)
    drivers = [SupervisedDriver("sensors", lambda: sensors)]
    agent = Agent(AGENT, drivers, outbox, link, SETTINGS, site=SITE)
    thread = threading.Thread(target=agent.run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def writer_alone(
    request: pytest.FixtureRequest, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGlite serves one session: there the worker does without its beat, commands and roll-ups."""
    cluster = request.getfixturevalue("timescale_cluster") if on_timescale(store_url) else None
    if isinstance(cluster, PgliteCluster):
        monkeypatch.setattr(Helpers, "start", lambda *_: None)


@pytest.mark.usefixtures("writer_alone")
def test_swipe_pressure_smoke_and_camera_delivered_twice_are_stored_once(
    store_url: str, make_broker: Callable[[], EmbeddedBroker], tmp_path: Path
) -> None:
    """SE-02: over MQTT from an edge agent, each once, with event time and receipt time.

    On plain PostgreSQL and in TimescaleDB.
    """
    broker, sensors, began = make_broker().url, Sensors(), now()
    echo = Echo(broker)
    made = 5 * sensors.ROUNDS  # two readings, a swipe, a state and a detection
    with worker_thread(store_url, broker), agent_thread(tmp_path, broker, sensors):
        wait_until(lambda: echo.items >= made, timeout_s=40)
        # Both deliveries of all of them have been taken and answered.
        wait_until(lambda: all(echo.acks[one] >= 2 for one in echo.echoed), timeout_s=40)
    echo.close()
    ended = now()

    times = sensors.times
    person = PersonKeys(KEY).of(CARD)
    pressure = [("hydrant-1", "pressure", 0.3 + n / 100) for n in range(1, 6)]
    smoke = [("smoke-1", "obscuration", n / 10) for n in range(1, 6)]
    found: dict[str, list[tuple[object, ...]]] = {
        "reading_log": rows(
            store_url, "select time, received, device, quantity, value from reading_log"
        ),
        "swipe_log": rows(
            store_url, "select time, received, reader, person, direction from swipe_log"
        ),
        "device_state_log": rows(
            store_url,
            "select time, received, device, state from device_state_log where device = 'smoke-1'",
        ),
        "detection_log": rows(
            store_url, "select time, received, device, kind, zone, has_snapshot from detection_log"
        ),
    }
    expected: dict[str, list[tuple[object, ...]]] = {
        "reading_log": [
            (at, *told)
            for series in (pressure, smoke)
            for at, told in zip(times, series, strict=True)
        ],
        "swipe_log": [(at, "reader-1", person, "in") for at in times],
        "device_state_log": [(at, "smoke-1", "alarm") for at in times],
        "detection_log": [(at, "camera-1", "fire", "hall", True) for at in times],
    }
    for log, stored in found.items():
        assert sorted((micros(time), *told) for time, _, *told in stored) == sorted(expected[log])
        assert all(time < received for time, received, *_ in stored), log
        assert all(began <= micros(received) <= ended for _, received, *_ in stored), log
