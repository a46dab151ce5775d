"""Recorder: keeps some of the batches that were ever published, to publish them again."""

from __future__ import annotations

import random
import threading
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.wire import ALL_BATCHES

KEPT = 3000  # ours: batches, a fair sample of the whole run


class Recorder:
    """Listens at the broker itself, past all disturbances."""

    def __init__(self, broker_url: str, chance: random.Random) -> None:
        self.replayed = 0
        self._chance = chance
        self._lock = threading.Lock()
        self._seen = 0
        self._kept: list[tuple[str, bytes]] = []
        url = urlsplit(broker_url)
        assert url.hostname is not None
        assert url.port is not None
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id="chaos-recorder",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._listen
        self._client.on_message = self._keep
        self._client.connect_async(url.hostname, url.port)
        self._client.loop_start()

    def replay(self, most: int) -> None:
        """Publish up to `most` batches again, shuffled."""
        with self._lock:
            again = self._chance.sample(self._kept, min(most, len(self._kept)))
        for topic, payload in again:
            self._client.publish(topic, payload, qos=1)
        self.replayed += len(again)

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _listen(self, client: Client, *_: Any) -> None:
        client.subscribe(ALL_BATCHES, 0)

    def _keep(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        with self._lock:
            self._seen += 1
            if len(self._kept) < KEPT:
                self._kept.append((message.topic, bytes(message.payload)))
            elif (place := self._chance.randrange(self._seen)) < KEPT:
                self._kept[place] = (message.topic, bytes(message.payload))
