"""The network between two parts: passes, is cut, holds back, and is whole again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tools.chaos.proxy import LOOPBACK, Proxy


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy before a server that sends back what it gets."""
    server = socket.create_server((LOOPBACK, 0))
    threading.Thread(target=serve, args=[server], daemon=True).start()
    made = Proxy(server.getsockname()[1])
    yield made
    made.close()
    server.close()


def serve(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=answer, args=[connection], daemon=True).start()


def answer(connection: socket.socket) -> None:
    with connection:
        try:
            while data := connection.recv(1000):
                connection.sendall(data)
        except OSError:
            return


def connect(proxy: Proxy) -> socket.socket:
    connection = socket.create_connection((LOOPBACK, proxy.port), timeout=5)
    connection.sendall(b"hello")
    return connection


def test_it_passes_both_ways(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        assert connection.recv(10) == b"hello"


def test_a_cut_ends_connections_and_refuses_new_ones_until_it_heals(proxy: Proxy) -> None:
    with connect(proxy) as connection:
        assert connection.recv(10) == b"hello"
        proxy.disturb("cut", 60)
        assert is_dead(connection)
    with socket.create_connection((LOOPBACK, proxy.port), timeout=5) as refused:
        assert is_dead(refused)
    proxy.heal()
    with connect(proxy) as connection:
        assert connection.recv(10) == b"hello"


def test_a_hole_holds_everything_back_until_its_end(proxy: Proxy) -> None:
    proxy.disturb("hole", 60)
    with connect(proxy) as connection:
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(10)
        connection.settimeout(5)
        proxy.heal()
        assert connection.recv(10) == b"hello"


def is_dead(connection: socket.socket) -> bool:
    try:
        return connection.recv(10) == b""
    except ConnectionError:
        return True
