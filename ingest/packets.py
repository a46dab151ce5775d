"""Packets: the part of MQTT 5 that a subscriber needs, as bytes. Pure; nothing is sent here.

After OASIS MQTT 5.0. Whole runs of received bytes are cut into messages in one loop, because the
work per message bounds how many one worker can take.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from edge.wire import MAX_MESSAGE_BYTES

CONNACK: Final = 2
PUBLISH: Final = 3
SUBACK: Final = 9
DISCONNECT: Final = 14
PING: Final = b"\xc0\x00"
LEAVE: Final = b"\xe0\x00"

_MOST_LENGTH_BYTES = 4  # 1.5.5: a length takes one to four bytes
_KNOWN_TOPICS = 65_536  # ours: topics whose text is kept, so that it is decoded once
_LONGEST_TOPIC = 256  # ours: longer than any of ours, far shorter than what MQTT lets through
_HAS_PASSWORD, _HAS_NAME = 0x40, 0x80
_SESSION_EXPIRY, _RECEIVE_MAXIMUM, _MAXIMUM_PACKET_SIZE = 0x11, 0x21, 0x27

MAX_PACKET_BYTES: Final = MAX_MESSAGE_BYTES + (1 << 17)  # a topic, properties and a header more


class PacketError(ValueError):
    """Bytes that are no MQTT 5; nothing after them can be understood."""


class Incoming(NamedTuple):
    """A message as the broker delivered it; `mid` is 0 where it wants no acknowledgement."""

    topic: str
    payload: bytes
    mid: int
    qos: int
    retained: bool


class Control(NamedTuple):
    """Any other packet: its type and all that follows its length."""

    kind: int
    body: bytes


def connect(
    client_id: str,
    *,
    keepalive_s: int,
    session_expiry_s: int,
    receive_maximum: int,
    username: str | None,
    password: str | None,
) -> bytes:
    """CONNECT that takes up the client's session; more than `MAX_PACKET_BYTES` is not for us."""
    flags = (_HAS_NAME if username is not None else 0) | (_HAS_PASSWORD if password else 0)
    properties = struct.pack(
        ">BIBHBI",
        *(_SESSION_EXPIRY, session_expiry_s),
        *(_RECEIVE_MAXIMUM, receive_maximum),
        *(_MAXIMUM_PACKET_SIZE, MAX_PACKET_BYTES),
    )
    body = b"\x00\x04MQTT\x05" + struct.pack(">BH", flags, keepalive_s)
    body += _length(len(properties)) + properties + _text(client_id)
    if username is not None:
        body += _text(username)
    if password:
        body += _text(password)
    return b"\x10" + _length(len(body)) + body


def subscribe(mid: int, filters: Sequence[str]) -> bytes:
    """SUBSCRIBE to all filters at QoS 1."""
    body = struct.pack(">HB", mid, 0) + b"".join(_text(each) + b"\x01" for each in filters)
    return b"\x82" + _length(len(body)) + body


def publish(topic: str, payload: bytes) -> bytes:
    """PUBLISH at QoS 0."""
    body = _text(topic) + b"\x00" + payload
    return b"\x30" + _length(len(body)) + body


def acknowledgements(mids: Sequence[int]) -> bytes:
    """A PUBACK for each message, in order."""
    return b"".join(b"\x40\x02" + mid.to_bytes(2, "big") for mid in mids)


def reasons(kind: int, body: bytes) -> bytes:
    """Reason codes of a CONNACK (one), SUBACK (one per filter) or DISCONNECT (one).

    Raises:
        PacketError: it tells none.
    """
    if kind == DISCONNECT:
        return body[:1] or b"\x00"
    codes = body[1:2] if kind == CONNACK else body[_after(body, 2) :]
    if not codes:
        raise PacketError("an answer without a reason code")
    return codes


class Cutter:
    """Cuts a connection's bytes into packets, whatever pieces they come in."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._enough = 2
        self._topics: dict[bytes, str] = {}

    def cut(self, data: bytes) -> tuple[list[Incoming], list[Control]]:
        """The packets that `data` completes.

        Raises:
            PacketError: what came is no MQTT 5.
        """
        self._rest += data
        if len(self._rest) < self._enough:
            return [], []
        try:
            return self._cut()
        except (IndexError, UnicodeDecodeError) as error:
            raise PacketError(
                f"a packet that contradicts its own length or text: {error}"
            ) from error

    def _cut(self) -> tuple[list[Incoming], list[Control]]:
        messages: list[Incoming] = []
        others: list[Control] = []
        buffer, at = bytes(self._rest), 0
        end = len(buffer)
        self._enough = 2
        while end - at >= 2:
            size, start = buffer[at + 1], at + 2
            if size > 127:
                width, size = _read_length(buffer, at + 1, end)
                if not width:
                    break
                start = at + 1 + width
            if size > MAX_PACKET_BYTES:
                raise PacketError(f"a packet of {size} bytes, more than we let the broker send")
            stop = start + size
            if stop > end:
                self._enough = stop - at
                break
            head = buffer[at]
            if head >> 4 == PUBLISH:
                messages.append(self._message(head, buffer[start:stop]))
            else:
                others.append(Control(head >> 4, buffer[start:stop]))
            at = stop
        del self._rest[:at]
        return messages, others

    def _message(self, head: int, body: bytes) -> Incoming:
        at = 2 + (body[0] << 8 | body[1])
        name = body[2:at]
        topic = self._topics.get(name) or self._learn(name)
        mid, qos = 0, head >> 1 & 3
        if qos:
            mid = body[at] << 8 | body[at + 1]
            at += 2
            if qos > 1 or not mid:
                raise PacketError(f"a message of QoS {qos} and number {mid}; we asked for QoS 1")
        if body[at]:
            at = _after(body, at)
        else:
            at += 1
        return Incoming(topic, body[at:], mid, qos, bool(head & 1))

    def _learn(self, name: bytes) -> str:
        if len(self._topics) >= _KNOWN_TOPICS:
            self._topics.clear()
        topic = name.decode()
        if len(name) <= _LONGEST_TOPIC:
            self._topics[name] = topic
        return topic


def _text(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _length(size: int) -> bytes:
    """A variable byte integer (1.5.5)."""
    encoded = bytearray()
    while size > 127:
        encoded.append(size & 127 | 128)
        size >>= 7
    encoded.append(size)
    return bytes(encoded)


def _read_length(buffer: bytes, at: int, end: int) -> tuple[int, int]:
    """How many bytes a variable byte integer takes and what it says; 0 if more must come."""
    size = 0
    for width in range(_MOST_LENGTH_BYTES):
        if at + width >= end:
            return 0, 0
        byte = buffer[at + width]
        size |= (byte & 127) << 7 * width
        if byte < 128:
            return width + 1, size
    raise PacketError("a length of more than four bytes")


def _after(body: bytes, at: int) -> int:
    """Where the properties end whose length stands at `at`."""
    width, size = _read_length(body, at, len(body))
    end = at + width + size
    if not width or end > len(body):
        raise PacketError("properties that are longer than their packet")
    return end
