"""Publisher: many small messages at QoS 1, as fast as the broker takes them.

A process of its own, with its packets made beforehand, so that what is measured is not the sender:
`python -m tools.bench.publisher PORT RUN COUNT`. It prints `ready` when they are made, starts
on a line of input, and prints the seconds until the broker had acknowledged every message.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from edge.wire import device_topic

SITE = "bench"
DEVICES = 200
QUANTITY = "pressure"
_STEP = timedelta(milliseconds=1)
WINDOW = 1000  # messages unacknowledged at most; brokers allow more


def messages(run: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Topic and payload of each message: one reading with its own time, none twice.

    Device and quantity also stand as numbers in the payload, because peers know no names.
    """
    start = datetime.now(UTC) - timedelta(days=1) + timedelta(minutes=10 * run)
    for number in range(count):
        device = number % DEVICES + 1
        told = {
            "value": 0.3 + number % 997 / 1e4,
            "time": (start + number * _STEP).isoformat().replace("+00:00", "Z"),
            "device": device,
            "quantity": 1,
        }
        payload = json.dumps(told, separators=(",", ":")).encode()
        yield device_topic(SITE, f"bench-{device - 1}", QUANTITY), payload


def _packets(run: int, count: int) -> list[bytes]:
    packets: list[bytes] = []
    for number, (topic, payload) in enumerate(messages(run, count)):
        name = topic.encode()
        body = struct.pack(">H", len(name)) + name
        body += struct.pack(">H", number % 65_535 + 1) + b"\0" + payload
        assert len(body) < 1 << 14
        size = (
            bytes([len(body) & 127 | 128, len(body) >> 7])
            if len(body) > 127
            else bytes([len(body)])
        )
        packets.append(b"\x32" + size + body)
    return packets


def _connect(port: int, name: str) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    text = name.encode()
    body = b"\0\4MQTT\5\2\0\x3c\0" + struct.pack(">H", len(text)) + text
    sock.sendall(b"\x10" + bytes([len(body)]) + body)
    assert sock.recv(4096)[:1] == b"\x20"
    return sock


def _publish(sock: socket.socket, packets: list[bytes]) -> None:
    sock.setblocking(False)
    acknowledged = given = 0
    waiting, rest = b"", b""
    while acknowledged < len(packets):
        room = min(len(packets), acknowledged + WINDOW)
        if not waiting and given < room:
            waiting, given = b"".join(packets[given:room]), room
        _, writable, _ = select.select([sock], [sock] if waiting else [], [])
        if writable:
            waiting = waiting[sock.send(waiting) :]
        try:
            rest += sock.recv(1 << 16)
        except BlockingIOError:
            continue
        while len(rest) >= 2 and len(rest) >= 2 + rest[1]:
            acknowledged += rest[0] == 0x40
            rest = rest[2 + rest[1] :]


def main(port: int, run: int, count: int) -> None:
    """Make the packets, wait for the word, publish, tell how long it took."""
    packets = _packets(run, count)
    sock = _connect(port, f"bench-publisher-{run}")
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.perf_counter()
    _publish(sock, packets)
    print(time.perf_counter() - begun, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
