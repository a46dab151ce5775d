"""A listening MQTT client for tests: collects what it gets, waits with a time limit."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


def until(condition: Callable[[], object], timeout_s: float = 5) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class Listener:
    """One connected client; a context manager."""

    def __init__(
        self,
        url: str,
        *,
        name: str = "",
        version: int = 5,
        session_s: int | None = None,
        manual_ack: bool = False,
        will: tuple[str, bytes] | None = None,
        keepalive_s: int = 30,
        tls: ssl.SSLContext | None = None,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self.got: list[MQTTMessage] = []
        self.session_present = False
        self.lost = threading.Event()
        self._up = threading.Event()
        self._subscribed = threading.Event()
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            protocol=MQTTv5 if version == 5 else MQTTv311,
            manual_ack=manual_ack,
            reconnect_on_failure=False,
        )
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = lambda _client, _data, message: self.got.append(message)
        self.client.on_disconnect = lambda *_: self.lost.set()
        self.client.username = username
        self.client.password = password
        if tls is not None:
            self.client.tls_set_context(tls)
        if will is not None:
            self.client.will_set(*will, qos=1, retain=True)
        address = urlsplit(url)
        assert address.hostname is not None
        assert address.port is not None
        options: dict[str, Any] = {}
        if version == 5:
            properties = Properties(PacketTypes.CONNECT)
            if session_s is not None:
                properties.SessionExpiryInterval = session_s
            options = {"clean_start": session_s is None, "properties": properties}
        self.client.connect(address.hostname, address.port, keepalive=keepalive_s, **options)
        self.client.loop_start()
        assert self._up.wait(5)

    def _on_connect(self, _client: Client, _data: Any, flags: Any, reason: Any, _p: Any) -> None:
        assert not reason.is_failure
        self.session_present = flags.session_present
        self._up.set()

    def subscribe(self, topics: str) -> Self:
        self._subscribed.clear()
        self.client.subscribe(topics, qos=1)
        assert self._subscribed.wait(5)
        return self

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        message = self.client.publish(topic, payload, qos=1, retain=retain)
        message.wait_for_publish(10)
        assert message.is_published()

    def payloads(self) -> list[bytes]:
        return [bytes(message.payload) for message in self.got]

    def drop_connection(self) -> None:
        """End the connection without a farewell, as a cut cable does."""
        connection = self.client.socket()
        assert isinstance(connection, socket.socket)
        connection.shutdown(socket.SHUT_RDWR)
        assert self.lost.wait(5)

    def freeze(self) -> None:
        """Fall silent with the connection open, as a hung process does."""
        self.client.loop_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.disconnect()
        self.client.loop_stop()
