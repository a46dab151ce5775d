"""Link: the hub's own session at the broker, for looks out and frames in, and for nothing else.

Facts come from the store; frames are none (decision 16). paho's thread keeps the session up; what
comes is decoded there and handed to the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.look import (
    MAX_FRAME_BYTES,
    Frame,
    Look,
    decode_frame,
    encode_look,
    frame_topic,
    look_topic,
)
from edge.tls import SYSTEM, Tls
from edge.wire import WireError
from hub.cameras.relay import Target

KEEPALIVE_S = 15
RECONNECT_S = (1, 15)
MOST_WAITING = 64  # ours: frames that the loop has not taken yet; more are left out
_ENVELOPE = 64  # bytes that a frame has besides its JPEG

log = logging.getLogger(__name__)


class Broker(NamedTuple):
    """Where the broker listens, and who the hub says it is."""

    url: str
    username: str | None = None
    password: str | None = None
    tls: Tls = SYSTEM


class MqttFrames:
    """Frames of the cameras that are followed; implements `hub.cameras.relay.FrameLink`."""

    def __init__(self, broker: Broker) -> None:
        self.left_out = 0
        self._url = urlsplit(broker.url)
        self._followed: dict[str, str] = {}
        self._lock = threading.Lock()
        self._waiting = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._received: Callable[[str, Frame], None] = lambda _camera, _frame: None
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"hub-frames-{secrets.token_hex(4)}",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        if broker.username is not None:
            self._client.username_pw_set(broker.username, broker.password)
        if self._url.scheme == "mqtts":
            self._client.tls_set_context(broker.tls.context())
        self._client.reconnect_delay_set(*RECONNECT_S)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._message
        self.linked = False

    def start(self, received: Callable[[str, Frame], None]) -> None:
        """Keep a session up; `received` is called in the event loop that runs now."""
        self._loop, self._received = asyncio.get_running_loop(), received
        host, tls = self._url.hostname or "", self._url.scheme == "mqtts"
        self._client.connect_async(host, self._url.port or (8883 if tls else 1883), KEEPALIVE_S)
        self._client.loop_start()

    def close(self) -> None:
        """End the session."""
        self._client.disconnect()
        self._client.loop_stop()

    def follow(self, camera: str, target: Target) -> None:
        """Let this camera's frames come, over all losses of the session."""
        topic = frame_topic(target.site, target.agent, camera)
        with self._lock:
            self._followed[topic] = camera
        self._client.subscribe(topic, 0)

    def leave(self, camera: str, target: Target) -> None:
        """Let them come no more."""
        topic = frame_topic(target.site, target.agent, camera)
        with self._lock:
            self._followed.pop(topic, None)
        self._client.unsubscribe(topic)

    def look(self, look: Look, target: Target) -> None:
        """Tell the agent that somebody looks; a look that is lost is sent again soon."""
        if self.linked:
            self._client.publish(look_topic(target.site, target.agent), encode_look(look), qos=0)

    def _connected(
        self, client: Client, _: Any, _f: ConnectFlags, reason: ReasonCode, _p: Properties | None
    ) -> None:
        if reason.is_failure:
            log.warning("frames: the broker refuses the hub: %s", reason)
            return
        with self._lock:
            topics = [(topic, 0) for topic in self._followed]
        if topics:
            client.subscribe(topics)
        self.linked = True

    def _disconnected(
        self, _c: Client, _: Any, _f: DisconnectFlags, reason: ReasonCode, _p: Properties | None
    ) -> None:
        if self.linked:
            log.info("frames: the broker is away: %s", reason)
        self.linked = False

    def _message(self, _client: Client, _: Any, message: MQTTMessage) -> None:
        with self._lock:
            camera = self._followed.get(message.topic)
            full = self._waiting >= MOST_WAITING
        if camera is None or self._loop is None:
            return
        if full or len(message.payload) > MAX_FRAME_BYTES + _ENVELOPE:
            self.left_out += 1
            return
        try:
            frame = decode_frame(bytes(message.payload))
        except WireError as error:
            self.left_out += 1
            log.warning("frames: ignored: camera=%s error=%s", camera, error)
            return
        with self._lock:
            self._waiting += 1
        try:
            self._loop.call_soon_threadsafe(self._hand_over, camera, frame)
        except RuntimeError:  # the loop has ended: the hub stops
            log.debug("frames: too late: camera=%s", camera)

    def _hand_over(self, camera: str, frame: Frame) -> None:
        with self._lock:
            self._waiting -= 1
        self._received(camera, frame)
