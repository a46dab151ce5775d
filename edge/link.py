"""Link: one agent's connection to the broker, MQTT 5, kept up in a thread of its own.

The thread connects, subscribes to the agent's acknowledgements, and starts again with backoff
and jitter when the connection is lost. It never touches the spool: what happens is put into a
queue for the agent's loop (`next_event`), and `publish` only hands over. Each connection is a new
paho client, so nothing of a lost one is sent by it again: the window decides what is.
"""

from __future__ import annotations

import logging
import random
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from paho.mqtt.client import (
    Client,
    ConnectFlags,
    DisconnectFlags,
    MQTTMessage,
    MQTTMessageInfo,
    MQTTv5,
)
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.backoff import Backoff
from edge.command import Command, UnknownCommand, decode_command
from edge.look import Look, decode_look
from edge.tls import SYSTEM, Tls, TlsError, explain, why_refused
from edge.wire import Ack, WireError, decode_ack

_KEEPALIVE_S = 15  # ours: a dead connection is noticed, and the will published, within 23 s
_BACKOFF_S = (0.2, 15.0)
_STEADY_S = 5.0  # ours: a connection that ends sooner was none, and the next try waits longer
_NOTICE_S = 0.05  # ours: how long a close may go unnoticed
_CLOSE_S = 2.0  # ours: how long the farewell may take
_UNSENT_BYTES = 128_000  # ours: so much that may be lost waits before an alarm; 1 s at 1 Mbit/s

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker listens, and who the agent says it is."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None
    trust: Tls = SYSTEM

    @classmethod
    def parse(
        cls,
        url: str,
        username: str | None = None,
        password: str | None = None,
        trust: Tls = SYSTEM,
    ) -> Address:
        """The address in `mqtt://host:port` or `mqtts://host:port`; `trust` is for the latter.

        Raises:
            ValueError: another scheme, no host, a port that is none, or a file for TLS that can't
                be used.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(f"broker address {url!r}: write mqtt://host:port or mqtts://host:port")
        tls = parts.scheme == "mqtts"
        if tls:
            trust.context()
        port = parts.port or (8883 if tls else 1883)
        return cls(parts.hostname, port, tls, username, password, trust)


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes, retained, when the agent is lost."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker has accepted the agent and its subscription."""


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no connection any more."""


Event: TypeAlias = Connected | Lost | Ack | Command | UnknownCommand | Look


class Link:
    """A connection that comes back by itself."""

    def __init__(
        self,
        address: Address,
        *,
        client_id: str,
        ack_topic: str,
        command_topic: str | None = None,
        look_topic: str | None = None,
        will: Will | None = None,
        queue: int = 256,
        seed: int | None = None,
    ) -> None:
        """`queue` bounds the messages handed over and not yet confirmed by the broker.

        Without a `command_topic` nothing can be asked of it, without a `look_topic` no pictures.
        """
        self._address = address
        self._client_id = client_id
        self._ack_topic = ack_topic
        self._command_topic = command_topic
        self._look_topic = look_topic
        self._unsent: list[tuple[Client, MQTTMessageInfo, int]] = []
        self._will = will
        self._queue = queue
        self.refusal: str | None = None  # why the broker does not let us in, and what to do
        self._answered = False
        self._backoff = Backoff(*_BACKOFF_S, random.Random(seed))
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._closing = threading.Event()
        self._client: Client | None = None
        self._thread = threading.Thread(target=self._keep_up, name=f"link-{client_id}", daemon=True)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def next_event(self, timeout: float) -> Event | None:
        """What happened next, waiting `timeout` seconds at most."""
        try:
            return self._events.get(timeout=max(timeout, 0.0))
        except Empty:
            return None

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand a message to the connection at QoS 1; False when there is none, or it is full."""
        client = self._client
        if client is None:
            return False
        info = client.publish(topic, payload, qos=1, retain=retain)
        return info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def publish_lossy(self, topic: str, payload: bytes) -> bool:
        """Hand over at QoS 0 what may be lost; False when there is no link, or it is slow.

        At most `_UNSENT_BYTES` of such messages wait, so that an alarm never waits behind more.
        """
        client = self._client
        # Those of the connection before will never be written.
        self._unsent = [
            one for one in self._unsent if one[0] is client and not one[1].is_published()
        ]
        if client is None or sum(size for _, _, size in self._unsent) >= _UNSENT_BYTES:
            return False
        info = client.publish(topic, payload, qos=0)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        self._unsent.append((client, info, len(payload)))
        return True

    def close(self, farewell: Will | None = None) -> None:
        """Publish `farewell`, retained, disconnect in order, and end the thread."""
        client = self._client
        if client is not None and farewell is not None:
            info = client.publish(farewell.topic, farewell.payload, qos=1, retain=True)
            deadline = time.monotonic() + _CLOSE_S
            while not info.is_published() and self._client and time.monotonic() < deadline:
                time.sleep(0.005)
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep_up(self) -> None:
        while not self._closing.is_set():
            ended = threading.Event()
            try:
                client = self._new_client(ended)
                client.connect(
                    self._address.host, self._address.port, _KEEPALIVE_S, clean_start=True
                )
            except (OSError, UnicodeError, TlsError) as error:  # UnicodeError: no host's name
                self._tell_failure(error)
                self._closing.wait(self._backoff.next())
                continue
            self._answered = False
            client.loop_start()
            began = time.monotonic()
            while not ended.wait(_NOTICE_S) and not self._closing.is_set():
                pass
            if not ended.is_set():
                client.disconnect()
            if not ended.wait(_CLOSE_S):
                log.warning("broker does not answer, leaving it: client=%s", self._client_id)
                return  # paho's thread is a daemon; it ends with the keepalive
            client.loop_stop()
            if self._address.tls and not self._answered and not self._closing.is_set():
                self._tell_refusal()
            # Two agents of one name take the connection from each other as fast as they may.
            if time.monotonic() - began >= _STEADY_S:
                self._backoff.reset()
            self._closing.wait(self._backoff.next())

    def _tell_failure(self, error: Exception) -> None:
        """A broker that is away is usual; one that can't be trusted is an error, told once."""
        if not isinstance(error, (ssl.SSLError, TlsError)):
            log.info("broker unreachable: client=%s error=%s", self._client_id, error)
            return
        if isinstance(error, TlsError):
            self._complain(str(error))
        else:
            self._complain(explain(error, self._address.host))

    def _tell_refusal(self) -> None:
        """The connection broke before the broker answered: for TLS there is a reason."""
        reason = why_refused(self._address.host, self._address.port, self._address.trust)
        if reason is not None:
            self._complain(reason)

    def _complain(self, reason: str) -> None:
        if reason != self.refusal:
            log.error("broker refused: client=%s reason=%s", self._client_id, reason)
        self.refusal = reason

    def _decoded(self, topic: str, payload: bytes) -> Ack | Command | UnknownCommand | Look:
        if topic == self._command_topic:
            return decode_command(payload)
        return decode_look(payload) if topic == self._look_topic else decode_ack(payload)

    def _new_client(self, ended: threading.Event) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=MQTTv5,
            reconnect_on_failure=False,
        )
        client.username = self._address.username
        client.password = self._address.password
        client.max_queued_messages = self._queue
        if self._address.tls:
            client.tls_set_context(self._address.trust.context())
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)

        def on_connect(
            client: Client, _: Any, _flags: ConnectFlags, reason: ReasonCode, _p: Properties | None
        ) -> None:
            self._answered = True
            if reason.is_failure:
                self._complain(str(reason))
                ended.set()
            else:
                topics = (self._ack_topic, self._command_topic, self._look_topic)
                client.subscribe([(topic, 1) for topic in topics if topic])

        def on_subscribe(
            client: Client, _: Any, _mid: int, reasons: list[ReasonCode], _p: Properties | None
        ) -> None:
            if any(reason.is_failure for reason in reasons):
                log.error("broker refused %s: %s", self._ack_topic, reasons)
                client.disconnect()
                return
            self._client = client
            self.refusal = None
            self._events.put(Connected())

        def on_message(_client: Client, _: Any, message: MQTTMessage) -> None:
            try:
                self._events.put(self._decoded(message.topic, bytes(message.payload)))
            except WireError as error:
                log.warning("message ignored: client=%s error=%s", self._client_id, error)

        def on_disconnect(
            _c: Client, _: Any, _f: DisconnectFlags, reason: ReasonCode, _p: Properties | None
        ) -> None:
            if not self._closing.is_set():
                log.warning("connection lost: client=%s reason=%s", self._client_id, reason)
            self._client = None
            self._events.put(Lost())
            ended.set()

        def on_socket_open(_c: Client, _: Any, opened: Any) -> None:
            # An alarm's small packet must not wait for the broker's delayed TCP acknowledgement.
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        client.on_socket_open = on_socket_open
        client.on_connect = on_connect
        client.on_subscribe = on_subscribe
        client.on_message = on_message
        client.on_disconnect = on_disconnect
        return client
