"""Paho: the usual MQTT client as a client of the link."""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.broker import KEEPALIVE_S, RECONNECT_S, SESSION_EXPIRY_S, Address, Receiver
from ingest.packets import Incoming

log = logging.getLogger(__name__)


def _send_at_once(_client: Client, _userdata: Any, sock: Any) -> None:
    """Without this, Nagle's algorithm holds small acknowledgements back for up to 40 ms."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class PahoClient:
    """Keeps a session at the broker; see `ingest.broker.BrokerClient`."""

    def __init__(self, address: Address, filters: Sequence[str], receiver: Receiver) -> None:
        self._address = address
        self._filters = filters
        self._receiver = receiver
        self._session = 0
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        if address.username is not None:
            self._client.username_pw_set(address.username, address.password)
        if address.tls:
            self._client.tls_set()
        self._client.reconnect_delay_set(*RECONNECT_S)
        self._client.on_socket_open = _send_at_once
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def open(self) -> None:
        """Start connecting, and keep connecting for as long as it is open."""
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        properties.ReceiveMaximum = self._address.in_flight
        self._client.connect_async(
            self._address.host,
            self._address.port,
            keepalive=KEEPALIVE_S,
            clean_start=False,
            properties=properties,
        )
        self._client.loop_start()

    def close(self) -> None:
        """Send what waits to be sent and leave; the session stays at the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def acknowledge(self, session: int, mids: Sequence[int]) -> None:
        """Let the broker forget these messages of one connection, in this order."""
        for mid in mids:
            if session == self._session:
                self._client.ack(mid, 1)

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish at most once."""
        self._client.publish(topic, payload, qos=0)

    def _on_connect(
        self,
        client: Client,
        _userdata: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
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
        payload = bytes(message.payload)
        incoming = Incoming(message.topic, payload, message.mid, message.qos, message.retain)
        self._receiver.receive([incoming], self._session)
