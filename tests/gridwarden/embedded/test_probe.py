"""The probe tells apart: nothing there, something else there, a broker that refuses us."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from gridwarden.embedded.probe import BrokerProbeError, connect_packet, probe_broker


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that reads once, answers once, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_a_broker_lets_us_in(broker_url: str) -> None:
    address = urlsplit(broker_url)
    assert address.hostname is not None
    assert address.port is not None
    probe_broker(address.hostname, address.port)


def test_nothing_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(BrokerProbeError, match="nothing answers"):
        probe_broker("127.0.0.1", port)


def test_something_else_there() -> None:
    with (
        answering(b"HTTP/1.1 400 Bad Request") as port,
        pytest.raises(BrokerProbeError, match="no broker of MQTT version 5"),
    ):
        probe_broker("127.0.0.1", port)


@pytest.mark.parametrize(
    ("version", "answer", "words"),
    [
        (5, b"\x20\x03\x00\x86\x00", "wrong user name or password"),
        (4, b"\x20\x02\x00\x01", "does not speak this MQTT version"),
        (5, b"\x20\x03\x00\x97\x00", "reason 0x97"),
    ],
)
def test_a_refusal_is_told_in_words(version: int, answer: bytes, words: str) -> None:
    with answering(answer) as port, pytest.raises(BrokerProbeError, match=words):
        probe_broker("127.0.0.1", port, version=version)


def test_the_packet_carries_name_and_password() -> None:
    packet = connect_packet(5, "warden", "s" * 200)
    assert packet[0] == 0x10
    length = (packet[1] & 0x7F) + (packet[2] << 7)
    assert length == len(packet) - 3
    assert packet[3:9] == b"\x00\x04MQTT"
    assert packet[10] == 0xC2
    assert packet.endswith(b"\x00\x06warden\x00\xc8" + b"s" * 200)
