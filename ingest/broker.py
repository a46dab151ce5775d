"""Broker: what the link needs of an MQTT client, whichever it is.

A client connects, and connects again, on its own; it takes up its session, subscribes, and hands
on what arrives. It acknowledges nothing unless told to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from edge.tls import SYSTEM, Tls
from ingest.packets import Incoming

SESSION_EXPIRY_S = 86_400  # ours: what the broker queues for a worker that is away for a day
KEEPALIVE_S = 30
RECONNECT_S = (1, 10)  # shortest and longest pause before the next attempt


class Address(NamedTuple):
    """Where the broker is, who we are there, and how many messages it may send ahead."""

    host: str
    port: int
    tls: bool
    client_id: str
    username: str | None
    password: str | None
    in_flight: int
    trust: Tls = SYSTEM


class Receiver(Protocol):
    """Who is told, in the client's thread."""

    def receive(self, messages: Sequence[Incoming], session: int) -> None:
        """Messages arrived on a connection; not returning holds the broker back."""
        ...

    def subscribed(self) -> None:
        """The broker has confirmed all subscriptions."""
        ...

    def refused(self, reason: str) -> None:
        """The broker does not let us in, or to a topic."""
        ...


class BrokerClient(Protocol):
    """A client at the broker."""

    def open(self) -> None:
        """Start connecting, and keep connecting for as long as it is open."""
        ...

    def close(self) -> None:
        """Send what waits to be sent and leave; the session stays at the broker."""
        ...

    def acknowledge(self, session: int, mids: Sequence[int]) -> None:
        """Let the broker forget messages of one connection, in this order.

        Numbers of an earlier connection are left alone: they stand for other messages by now.
        """
        ...

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish at most once; nothing is sent while there is no connection."""
        ...
