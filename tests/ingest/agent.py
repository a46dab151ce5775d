"""An agent as the wire sees it: publishes batches, hears acknowledgements, sends again."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.wire import Batch, ack_topic, batch_topic, decode_ack, encode_batch
from tests.ingest.make import SITE


class Agent:
    """A connection to the broker that keeps what has been acknowledged."""

    def __init__(self, broker_url: str, name: str) -> None:
        self.name = name
        self.acknowledged: set[int] = set()
        self._url = urlsplit(broker_url)
        self._ready = threading.Event()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.on_connect = lambda client, *_: client.subscribe(ack_topic(SITE, name), 1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._heard

    def __enter__(self) -> Self:
        assert self._url.hostname is not None
        self._client.connect(self._url.hostname, self._url.port or 1883)
        self._client.loop_start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish at least once, and wait until the broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def send(self, batch: Batch, urgency: Any = "bulk") -> None:
        self.publish(batch_topic(SITE, batch.agent, urgency), encode_batch(batch))

    def send_until_acknowledged(
        self, batches: list[Batch], timeout_s: float = 30, pause_s: float = 0.003
    ) -> None:
        """Publish what is not acknowledged, again each half second.

        `pause_s` between two keeps a fast broker from having them all in the worker's first lot.
        """
        until = time.monotonic() + timeout_s
        while missing := [batch for batch in batches if batch.seq not in self.acknowledged]:
            assert time.monotonic() < until, f"{len(missing)} batches unacknowledged"
            for batch in missing:
                if batch.seq not in self.acknowledged:
                    self.send(batch)
                    time.sleep(pause_s)
            time.sleep(0.5)

    def wait_for(self, *seqs: int, timeout_s: float = 10) -> None:
        until = time.monotonic() + timeout_s
        while not self.acknowledged.issuperset(seqs):
            assert time.monotonic() < until, f"acknowledged: {sorted(self.acknowledged)}"
            time.sleep(0.01)

    def _heard(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.acknowledged.update(decode_ack(message.payload).seqs)
