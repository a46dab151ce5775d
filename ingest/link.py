"""Link: the ingest worker's session at the broker.

MQTT 5 with a session that outlives the worker: what was not acknowledged comes again. Messages
are acknowledged by hand, after the store's commit, and then the agents hear of it too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from threading import Event
from typing import Literal
from urllib.parse import urlsplit

from edge.tls import SYSTEM, Tls, TlsError
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
from ingest.broker import Address, BrokerClient
from ingest.inbox import Delivery
from ingest.lean_client import LeanClient
from ingest.packets import Incoming
from ingest.paho_client import PahoClient
from ingest.plain import Handful

ClientKind = Literal["paho", "lean"]

_MOST_IN_FLIGHT = 65_535  # MQTT 5, 3.1.2.11.3: the field has two bytes
_CLIENTS = {"paho": PahoClient, "lean": LeanClient}

log = logging.getLogger(__name__)


class LinkError(RuntimeError):
    """The broker does not let us in; the text says what to check."""


def subscriptions(share: str | None) -> list[str]:
    """What a worker asks the broker for.

    With `share`, the messages are dealt out among the workers that name the same group. Every
    worker hears the agents' states: what a broker retains it tells to no group.
    """
    dealt = [ALL_BATCHES, ALL_REJECTED, ALL_SIMPLE_DEVICES]
    if share is not None:
        dealt = [f"$share/{share}/{topics}" for topics in dealt]
    return [*dealt, ALL_AGENT_STATES]


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
        receive: Callable[[Sequence[Incoming], int], None],
        share: str | None = None,
        client: ClientKind = "paho",
        trust: Tls = SYSTEM,
    ) -> None:
        """`receive` gets messages and the number of the connection that brought them.

        `name` is the session's: one worker at a time, the same after a restart.

        Raises:
            LinkError: the address is not one of a broker, or a file for TLS can't be used.
        """
        self.ready = Event()
        self.refusal: str | None = None
        self._receive = receive
        url = urlsplit(broker_url)
        if url.scheme not in {"mqtt", "mqtts"} or not url.hostname:
            raise LinkError(f"{broker_url!r} is no mqtt://host:port; check [broker] url")
        tls = url.scheme == "mqtts"
        if tls:
            try:
                trust.context()
            except TlsError as error:
                raise LinkError(str(error)) from error
        address = Address(
            host=url.hostname,
            port=url.port or (8883 if tls else 1883),
            tls=tls,
            client_id=name,
            username=username,
            password=password,
            in_flight=min(in_flight, _MOST_IN_FLIGHT),
            trust=trust,
        )
        self._client: BrokerClient = _CLIENTS[client](address, subscriptions(share), self)

    def open(self) -> None:
        """Start connecting, and keep connecting for as long as it is open."""
        self._client.open()

    def close(self) -> None:
        """Send what waits to be sent and leave; the session stays at the broker."""
        self._client.close()

    def acknowledge(self, lot: Iterable[Delivery]) -> None:
        """Tell the broker and the agents that the store has committed these deliveries."""
        acks: dict[tuple[Reply, int], list[int]] = {}
        for session, deliveries in groupby(lot, attrgetter("session")):
            mids: list[int] = []
            for delivery in deliveries:
                mids += delivery.mids
                entry = delivery.entry
                if isinstance(entry, (Handful, Report)):
                    continue
                if entry.reply and entry.identity:
                    acks.setdefault((entry.reply, entry.identity.epoch), []).append(
                        entry.identity.seq
                    )
            if mids:
                self._client.acknowledge(session, mids)
        for (reply, epoch), seqs in acks.items():
            # At most once: an agent that misses it sends the batch again and is told again.
            self.publish(ack_topic(reply.site, reply.agent), encode_ack(Ack(epoch, seqs)))

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish at most once; nothing is sent while there is no connection."""
        self._client.publish(topic, payload)

    def receive(self, messages: Sequence[Incoming], session: int) -> None:
        """In the broker's thread: messages came."""
        self._receive(messages, session)

    def subscribed(self) -> None:
        """In the broker's thread: all subscriptions are confirmed."""
        self.refusal = None
        self.ready.set()

    def refused(self, reason: str) -> None:
        """In the broker's thread: the broker does not let us in, or to a topic."""
        self.refusal = reason
        log.error("ingest.broker_refused", extra={"reason": reason})
