"""Paho: the usual MQTT client as a client of the link.

Paho lets a program drive it (`loop_read`, `loop_write`, `loop_misc`), and a thread of ours does:
paho's own would wake us for each message, look at the socket again after each, and be woken for
each acknowledgement. Ours hands on what one look at the socket found, and acknowledges in lots.
"""

from __future__ import annotations

import logging
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.tls import why_refused
from ingest.bell import Bell
from ingest.broker import KEEPALIVE_S, RECONNECT_S, SESSION_EXPIRY_S, Address, Receiver
from ingest.packets import Incoming

_MOST_AT_ONCE = 500  # ours: messages read before they are handed on; 20 ms of paho's work
_TEND_S = 1.0  # paho keeps a connection alive if it is asked to about once a second
_LEAVE_TIMEOUT_S = 2.0

log = logging.getLogger(__name__)


def _write_later(_client: Client, _userdata: Any, _sock: Any) -> None:
    """What `want_write` says is enough for us."""


class PahoClient:
    """Keeps a session at the broker; see `ingest.broker.BrokerClient`."""

    def __init__(self, address: Address, filters: Sequence[str], receiver: Receiver) -> None:
        self._address = address
        self._filters = filters
        self._receiver = receiver
        self._session = 0
        self._answers = 0
        self._arrived: list[Incoming] = []
        self._done: deque[tuple[int, Sequence[int]]] = deque()  # to acknowledge, by connection
        self._said: deque[tuple[str, bytes]] = deque()
        self._closing = threading.Event()
        self._bell = Bell()
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        if address.username is not None:
            self._client.username_pw_set(address.username, address.password)
        if address.tls:
            self._client.tls_set_context(address.trust.context())
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        # Says that we write when there is something; without it paho writes at each `ack`.
        self._client.on_socket_register_write = _write_later

    def open(self) -> None:
        """Start connecting, and keep connecting for as long as it is open."""
        self._thread.start()

    def close(self) -> None:
        """Send what waits to be sent and leave; the session stays at the broker."""
        self._closing.set()
        self._bell.ring()
        if self._thread.ident is not None:
            self._thread.join()
        self._bell.close()

    def acknowledge(self, session: int, mids: Sequence[int]) -> None:
        """Let the broker forget these messages of one connection, in this order."""
        self._done.append((session, mids))
        self._bell.ring()

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish at most once."""
        self._said.append((topic, payload))
        self._bell.ring()

    def _run(self) -> None:
        pause, longest = RECONNECT_S
        while not self._closing.is_set():
            before, answers = self._session, self._answers
            try:
                self._connect()
                self._converse()
            except OSError as error:
                log.warning("ingest.broker_disconnected", extra={"reason": str(error)})
            if self._answers == answers and self._address.tls and not self._closing.is_set():
                self._tell_refusal()
            pause = RECONNECT_S[0] if self._session > before else min(2 * pause, longest)
            self._closing.wait(pause)

    def _tell_refusal(self) -> None:
        """The connection broke before the broker answered: for TLS there is a reason."""
        address = self._address
        reason = why_refused(address.host, address.port, address.trust)
        if reason is not None:
            self._receiver.refused(reason)

    def _connect(self) -> None:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        properties.ReceiveMaximum = self._address.in_flight
        self._client.connect(
            self._address.host,
            self._address.port,
            keepalive=KEEPALIVE_S,
            clean_start=False,
            properties=properties,
        )

    def _converse(self) -> None:
        """Until the connection is lost or we leave; paho closes and forgets its socket itself."""
        tended = time.monotonic()
        while (sock := self._client.socket()) is not None:
            self._take_outgoing()
            if self._closing.is_set():
                self._leave()
                return
            if self._client.want_write() and not self._send(sock):
                return
            if self._wait(sock):
                self._read()
            if time.monotonic() - tended > _TEND_S:
                tended = time.monotonic()
                self._client.loop_misc()

    def _take_outgoing(self) -> None:
        for _ in range(len(self._done)):
            session, mids = self._done.popleft()
            if session == self._session:
                for mid in mids:
                    self._client.ack(mid, 1)
        for _ in range(len(self._said)):
            topic, payload = self._said.popleft()
            if self._client.is_connected():
                self._client.publish(topic, payload, qos=0)

    def _send(self, sock: Any) -> bool:
        """Send what paho holds; False if the connection is lost.

        Paho sends each packet by itself. Nagle's algorithm joins them; switched off, it lets go of
        the last at once, which it would hold back for up to 40 ms.
        """
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)
        if self._client.loop_write() != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return True

    def _wait(self, sock: Any) -> bool:
        """Whether the broker has said something; ends when somebody rings too."""
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        writing = [sock] if self._client.want_write() else []
        ready, _, _ = select.select([sock, self._bell], writing, [], _TEND_S)
        if self._bell in ready:
            self._bell.hush()
        return sock in ready

    def _read(self) -> None:
        """Read until nothing is left, and hand it on."""
        arrived = self._arrived
        while len(arrived) < _MOST_AT_ONCE:
            before = len(arrived)
            if self._client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                break
            if len(arrived) == before:
                break  # part of a message, or something else: `select` tells whether there is more
        if arrived:
            self._arrived = []
            self._receiver.receive(arrived, self._session)

    def _leave(self) -> None:
        self._client.disconnect()
        until = time.monotonic() + _LEAVE_TIMEOUT_S
        while (sock := self._client.socket()) is not None and (
            left := until - time.monotonic()
        ) > 0:
            select.select([], [sock], [], left)
            self._client.loop_write()  # closes the socket when the last packet is sent

    def _on_connect(
        self,
        client: Client,
        _userdata: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._answers += 1
        if reason.is_failure:
            self._receiver.refused(f"the broker refused the connection: {reason}; check [broker]")
            return
        self._session += 1
        log.info("ingest.broker_connected", extra={"session": self._session})
        client.subscribe([(topic, 1) for topic in self._filters])

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: Any,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        level = logging.WARNING if reason.is_failure else logging.INFO
        log.log(level, "ingest.broker_disconnected", extra={"reason": str(reason)})

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: Any,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self._receiver.refused(
                f"the broker refused our subscriptions ({refused[0]}); check its ACL"
            )
            return
        self._receiver.subscribed()

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self._arrived.append(
            Incoming(
                message.topic, bytes(message.payload), message.mid, message.qos, message.retain
            )
        )
