"""What the edge's tests share: a subscriber that acknowledges batches as ingest does."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from edge.columns import Reading
from edge.sample import Sample
from edge.wire import (
    ALL_AGENT_STATES,
    ALL_BATCHES,
    ALL_REJECTED,
    Ack,
    AgentState,
    Batch,
    Rejected,
    ack_topic,
    decode_agent_state,
    decode_batch,
    decode_rejected,
    encode_ack,
)


class Receiver:
    """Keeps what arrives, each batch once, and acknowledges it unless `deaf`."""

    def __init__(self, broker_url: str) -> None:
        self.deaf = False
        self.acks_per_batch = 1
        self.arrivals: Counter[tuple[str, int, int]] = Counter()
        self.batches: dict[tuple[str, int, int], Batch] = {}
        self.rejected: dict[tuple[str, int, int], Rejected] = {}
        self.first_channel: dict[str, str] = {}
        self.states: list[AgentState] = []
        self._ready = threading.Event()
        address = urlsplit(broker_url)
        # A broker that was restarted takes a returning client only by a name of its own.
        name = f"receiver-{secrets.token_hex(4)}"
        self._client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._take
        self._client.connect(str(address.hostname), address.port or 1883)
        self._client.loop_start()
        assert self._ready.wait(5)

    def items(self) -> int:
        """How many items arrived, each batch counted once."""
        return sum(map(len, self.batches.values())) + len(self.rejected)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: Client, *_: Any) -> None:
        client.subscribe([(ALL_BATCHES, 1), (ALL_REJECTED, 1), (ALL_AGENT_STATES, 1)])

    def _take(self, client: Client, _: Any, message: MQTTMessage) -> None:
        site = message.topic.split("/")[2]
        if message.topic.endswith("/state"):
            self.states.append(decode_agent_state(message.payload))
            return
        if message.topic.endswith("/rejected"):
            item: Batch | Rejected = decode_rejected(message.payload)
        else:
            item = decode_batch(message.payload)
        key = (item.agent, item.epoch, item.seq)
        self.arrivals[key] += 1
        if isinstance(item, Rejected) or len(item):  # link tests are empty
            self.first_channel.setdefault(item.agent, message.topic.rsplit("/", 1)[1])
        if self.deaf:
            return
        if isinstance(item, Rejected):
            self.rejected[key] = item
        else:
            self.batches[key] = item
        for _unused in range(self.acks_per_batch):
            ack = encode_ack(Ack(item.epoch, [item.seq]))
            client.publish(ack_topic(site, item.agent), ack, qos=1)


@pytest.fixture
def receive() -> Iterator[Callable[[str], Receiver]]:
    """Makes connected receivers on a broker."""
    made: list[Receiver] = []

    def make(broker_url: str) -> Receiver:
        made.append(Receiver(broker_url))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


@pytest.fixture
def sample_of() -> Callable[..., Sample]:
    """Makes samples of `count` pressure readings."""

    def make(count: int = 3, *, urgent: bool = False) -> Sample:
        readings = [Reading(f"hydrant-{n}", "pressure", 1_000_000 + n, 0.31) for n in range(count)]
        return Sample(readings=readings, urgent=urgent)

    return make


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits until a condition holds, and fails when it does not in time."""

    def wait(condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            time.sleep(0.01)

    return wait
