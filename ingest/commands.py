"""Commands: from the store's table to the agents, and their replies back into it.

The hub writes `agent_commands` and never speaks MQTT. A worker publishes what waits there, again
and again until the agent has answered or the command expires; the agent does each once. The
worker's own session at the broker, apart from the data's, neither delays readings nor waits behind
them.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Iterable
from datetime import datetime
from threading import Event
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import psycopg
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.command import (
    ALL_REPLIES,
    Command,
    Order,
    Reply,
    command_topic,
    decode_reply,
    encode_command,
)
from edge.tls import SYSTEM, Tls
from edge.wire import WireError
from ingest.broker import KEEPALIVE_S, RECONNECT_S
from ingest.clock import micros
from ingest.mask import mask_urls
from ingest.patience import PatientConnection
from ingest.sql import load_queries

AGAIN_S = 2.0  # ours: how soon an unanswered command is published again
GRACE_S = 5.0  # ours: how long an answer given in time may be under way
MOST = 100  # commands published in one round
MOST_REPLIES = 1000  # ours: held in memory; a reply that is lost is asked for again
_WAIT_S = 0.2
_LOOK_S = 1.0  # ours: how often it looks for what is to be sent again, or expires

_QUERIES = load_queries("ingest", "commands.sql")

log = logging.getLogger(__name__)


class Due(NamedTuple):
    """A command that is to be published now."""

    id: str
    site: str
    agent: str
    valid_until: datetime
    order: Any


def take_due(conn: psycopg.Connection[Any]) -> list[Due]:
    """Commands to be published now, noted as sent; those whose time is over expire."""
    conn.execute(_QUERIES["expire"], {"grace": GRACE_S})
    values = {"again": AGAIN_S, "most": MOST}
    return [Due(*row) for row in conn.execute(_QUERIES["take_due"], values)]


def note_replies(conn: psycopg.Connection[Any], replies: Iterable[Reply]) -> None:
    """Answer the commands that these replies speak of; others are ignored."""
    for reply in replies:
        values = {
            "id": reply.id,
            "agent": reply.agent,
            "state": reply.state,
            "reason": mask_urls(reply.reason.replace("\0", "")),
            "detail": mask_urls(msgspec.json.encode(reply.detail).decode()),
        }
        try:
            conn.execute(_QUERIES["answer"], values)
        except psycopg.DataError as error:
            log.warning("ingest.reply_refused", extra={"id": reply.id, "error": str(error)})


class CommandPost:
    """One worker's commands and replies, in a thread of its own."""

    def __init__(
        self,
        store: PatientConnection,
        broker_url: str,
        *,
        name: str,
        username: str | None,
        password: str | None,
        done: Event,
        tls: Tls = SYSTEM,
    ) -> None:
        self._store = store
        self._done = done
        self._listening: psycopg.Connection[Any] | None = None
        self._look_at = 0.0
        self._replies: queue.Queue[Reply] = queue.Queue(MOST_REPLIES)
        self._url = urlsplit(broker_url)
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{name}-commands",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        if username is not None:
            self._client.username_pw_set(username, password)
        if self._url.scheme == "mqtts":
            self._client.tls_set_context(tls.context())
        self._client.reconnect_delay_set(*RECONNECT_S)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._hear
        self._listens = Event()  # to replies; nothing is asked before
        self._client.on_subscribe = self._subscribed
        self._client.on_disconnect = self._disconnected

    def run(self) -> None:
        """Publish and note until `done` is set, over all losses of broker and database."""
        host, tls = self._url.hostname or "", self._url.scheme == "mqtts"
        self._client.connect_async(host, self._url.port or (8883 if tls else 1883), KEEPALIVE_S)
        self._client.loop_start()
        try:
            while not self._done.is_set():
                for due in self._store.run(self._round) or ():
                    self._publish(due)
        finally:
            self._client.disconnect()
            self._client.loop_stop()
            self._store.close()

    def _round(self, conn: psycopg.Connection[Any]) -> list[Due]:
        if conn is not self._listening:
            conn.execute(_QUERIES["listen"])
            self._listening, self._look_at = conn, 0.0
        note_replies(conn, self._heard())
        woken = list(conn.notifies(timeout=_WAIT_S, stop_after=1))
        if not self._listens.is_set() or not (woken or time.monotonic() >= self._look_at):
            return []
        self._look_at = time.monotonic() + _LOOK_S
        return take_due(conn)

    def _publish(self, due: Due) -> None:
        try:
            order = msgspec.convert(due.order, Order)
        except msgspec.ValidationError as error:
            log.warning("ingest.command_unreadable", extra={"id": due.id, "error": str(error)})
            return
        command = Command(due.id, micros(due.valid_until), order)
        self._client.publish(command_topic(due.site, due.agent), encode_command(command), qos=1)
        log.info("ingest.command_sent", extra={"id": due.id, "agent": due.agent})

    def _heard(self) -> list[Reply]:
        heard: list[Reply] = []
        while not self._replies.empty():
            heard.append(self._replies.get_nowait())
        return heard

    def _subscribe(
        self,
        client: Client,
        _userdata: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.error("ingest.commands_refused", extra={"reason": str(reason)})
            return
        client.subscribe(ALL_REPLIES, qos=1)

    def _subscribed(self, *_: object) -> None:
        self._listens.set()

    def _disconnected(self, *_: object) -> None:
        self._listens.clear()

    def _hear(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        try:
            reply = decode_reply(bytes(message.payload))
        except WireError as error:
            log.warning("ingest.reply_ignored", extra={"error": str(error)})
            return
        if message.topic.split("/")[4] != reply.agent:
            log.warning("ingest.reply_of_another", extra={"topic": message.topic})
            return
        try:
            self._replies.put_nowait(reply)
        except queue.Full:
            log.warning("ingest.reply_dropped", extra={"topic": message.topic})
