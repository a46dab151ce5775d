"""Link: the ingest worker's session at the broker.

MQTT 5 with a session that outlives the worker: what was not acknowledged comes again. Messages
are acknowledged by hand, after the store's commit, and then the agents hear of it too.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.wire import (
    ALL_AGENT_STATES,
    ALL_BATCHES,
    ALL_REJECTED,
    ALL_SIMPLE_DEVICES,
    Ack,
    ack_topic,
    encode_ack,
)
from ingest.arrival import Reply, Report
from ingest.inbox import Delivery

SUBSCRIPTIONS = (ALL_BATCHES, ALL_REJECTED, ALL_AGENT_STATES, ALL_SIMPLE_DEVICES)
SESSION_EXPIRY_S = 86_400  # ours: what the broker queues for a worker that is away for a day
KEEPALIVE_S = 30
_RECONNECT_S = (1, 10)  # shortest and longest pause before the next attempt
_MOST_IN_FLIGHT = 65_535  # MQTT 5, 3.1.2.11.3: the field has two bytes

log = logging.getLogger(__name__)


class LinkError(RuntimeError):
    """The broker does not let us in; the text says what to check."""


def _send_at_once(_client: Client, _userdata: Any, sock: Any) -> None:
    """Without this, Nagle's algorithm holds small acknowledgements back for up to 40 ms."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Link:
    """Receives messages and hands them on in the broker's thread; acknowledges when told to."""

    def __init__(
        self,
        broker_url: str,
        *,
        name: str,
        username: str | None,
        password: str | None,
        in_flight: int,
        receive: Callable[[MQTTMessage, int], None],
    ) -> None:
        """`receive` gets each message and the number of the connection that brought it.

        `name` is the session's: one worker at a time, the same after a restart.
        """
        self.subscribed = Event()
        self.refusal: str | None = None
        self._receive = receive
        self._session = 0
        self._url = urlsplit(broker_url)
        self._in_flight = min(in_flight, _MOST_IN_FLIGHT)
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        if username is not None:
            self._client.username_pw_set(username, password)
        if self._url.scheme == "mqtts":
            self._client.tls_set()
        self._client.reconnect_delay_set(*_RECONNECT_S)
        self._client.on_socket_open = _send_at_once
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def open(self) -> None:
        """Start connecting, and keep connecting for as long as it is open.

        Raises:
            LinkError: the address is not one of a broker.
        """
        if self._url.scheme not in {"mqtt", "mqtts"} or not self._url.hostname:
            raise LinkError(f"{self._url.geturl()!r} is no mqtt://host:port; check [broker] url")
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        properties.ReceiveMaximum = self._in_flight
        self._client.connect_async(
            self._url.hostname,
            self._url.port or (8883 if self._url.scheme == "mqtts" else 1883),
            keepalive=KEEPALIVE_S,
            clean_start=False,
            properties=properties,
        )
        self._client.loop_start()

    def close(self) -> None:
        """Send what waits to be sent and leave; the session stays at the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def acknowledge(self, lot: Iterable[Delivery]) -> None:
        """Tell the broker and the agents that the store has committed these deliveries."""
        acks: dict[tuple[Reply, int], list[int]] = {}
        for delivery in lot:
            # The number of a message of an earlier connection may stand for another one by now.
            if delivery.qos and delivery.session == self._session:
                self._client.ack(delivery.mid, delivery.qos)
            entry = delivery.entry
            if not isinstance(entry, Report) and entry.reply and entry.identity:
                acks.setdefault((entry.reply, entry.identity.epoch), []).append(entry.identity.seq)
        for (reply, epoch), seqs in acks.items():
            topic = ack_topic(reply.site, reply.agent)
            # At most once: an agent that misses it sends the batch again and is told again.
            self._client.publish(topic, encode_ack(Ack(epoch, seqs)), qos=0)

    def _on_connect(
        self,
        client: Client,
        _userdata: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self.refusal = f"the broker refused the connection: {reason}; check [broker]"
            log.error("ingest.broker_refused", extra={"reason": str(reason)})
            return
        self._session += 1
        self.refusal = None
        log.info("ingest.broker_connected", extra={"session": self._session})
        client.subscribe([(topic, 1) for topic in SUBSCRIPTIONS])

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
            self.refusal = f"the broker refused our subscriptions ({refused[0]}); check its ACL"
            log.error("ingest.subscription_refused", extra={"reason": refused[0]})
            return
        self.subscribed.set()

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self._receive(message, self._session)
