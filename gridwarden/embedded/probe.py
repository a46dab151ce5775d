"""Probe: does something at an address answer MQTT CONNECT? One socket, no client library."""

from __future__ import annotations

import os
import socket

from edge.tls import SYSTEM, Tls, why_refused

_CONNACK = 0x20
_DISCONNECT = b"\xe0\x00"
_REASONS = {0x84: "it does not speak this MQTT version", 0x86: "wrong user name or password"}
_REASONS_V3 = {1: "it does not speak this MQTT version", 4: "wrong user name or password"}


class BrokerProbeError(ConnectionError):
    """No broker there, or none that lets us in; the text says which."""


def probe_broker(
    host: str,
    port: int,
    *,
    timeout_s: float = 3,
    version: int = 5,
    tls: bool = False,
    username: str | None = None,
    password: str | None = None,
    trust: Tls = SYSTEM,
) -> None:
    """Connect with MQTT `version` (5, or 4 for 3.1.1) and a clean session, and leave again.

    Raises:
        BrokerProbeError: nothing listens, it answers otherwise, or it refuses us.
    """
    try:
        with _connect(host, port, timeout_s, trust if tls else None) as connection:
            connection.sendall(connect_packet(version, username, password))
            answer = connection.recv(64)
            if len(answer) >= 4 and answer[0] == _CONNACK:
                connection.sendall(_DISCONNECT)
    except OSError as error:
        reason = why_refused(host, port, trust) if tls else None
        if reason is not None:
            raise BrokerProbeError(f"{host}:{port}: {reason}") from error
        raise BrokerProbeError(f"nothing answers at {host}:{port}: {error}") from error
    if len(answer) < 4 or answer[0] != _CONNACK:
        raise BrokerProbeError(f"{host}:{port} is no broker of MQTT version {version}")
    reason = answer[3]
    if reason != 0:
        reasons = _REASONS if version == 5 else _REASONS_V3
        text = reasons.get(reason, f"reason 0x{reason:02x}")
        raise BrokerProbeError(f"the broker at {host}:{port} refuses us: {text}")


def _connect(host: str, port: int, timeout_s: float, trust: Tls | None) -> socket.socket:
    connection = socket.create_connection((host, port), timeout=timeout_s)
    if trust is None:
        return connection
    return trust.context().wrap_socket(connection, server_hostname=host)


def connect_packet(version: int, username: str | None, password: str | None) -> bytes:
    """The bytes of CONNECT (MQTT 5.0, 3.1) with a random client identifier and a clean start."""
    flags = 0x02 | (0x80 if username is not None else 0) | (0x40 if password is not None else 0)
    head = _text("MQTT") + bytes([version, flags, 0, 10]) + (b"\x00" if version == 5 else b"")
    payload = _text(f"gridwarden-probe-{os.urandom(6).hex()}")
    for word in (username, password):
        if word is not None:
            payload += _text(word)
    body = head + payload
    return b"\x10" + _length(len(body)) + body


def _text(word: str) -> bytes:
    data = word.encode()
    return len(data).to_bytes(2) + data


def _length(size: int) -> bytes:
    """MQTT's variable byte integer: seven bits each, least first."""
    parts = bytearray()
    while True:
        size, low = divmod(size, 128)
        parts.append(low | (0x80 if size else 0))
        if not size:
            return bytes(parts)
