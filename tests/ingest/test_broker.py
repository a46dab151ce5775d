"""What every client does at a real broker, from the first packet to the last."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gridwarden.embedded.broker import EmbeddedBroker
from ingest.broker import Address, BrokerClient
from ingest.lean_client import LeanClient
from ingest.packets import Incoming
from ingest.paho_client import PahoClient
from tests.waiting import wait_until


class Heard:
    """Keeps what a client hands on."""

    def __init__(self) -> None:
        self.messages: list[Incoming] = []
        self.sessions: list[int] = []
        self.refusals: list[str] = []
        self.ready = threading.Event()

    def receive(self, messages: Sequence[Incoming], session: int) -> None:
        self.messages += messages
        self.sessions += [session] * len(messages)

    def subscribed(self) -> None:
        self.ready.set()

    def refused(self, reason: str) -> None:
        self.refusals.append(reason)


Kind: TypeAlias = type[LeanClient] | type[PahoClient]


@pytest.fixture(params=[LeanClient, PahoClient])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@contextmanager
def client_at(port: int, heard: Heard, kind: Kind) -> Iterator[BrokerClient]:
    address = Address(
        "127.0.0.1", port, tls=False, client_id="w", username=None, password=None, in_flight=100
    )
    client: BrokerClient = kind(address, ["t/#"], heard)
    client.open()
    try:
        assert heard.ready.wait(10)
        yield client
    finally:
        client.close()


@contextmanager
def sender(port: int) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2, "sender", protocol=MQTTProtocolVersion.MQTTv5)
    client.connect("127.0.0.1", port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def test_messages_of_every_size_arrive_whole_and_in_order(
    make_broker: Callable[[], EmbeddedBroker], kind: Kind
) -> None:
    port, heard = make_broker().port, Heard()
    payloads = [
        bytes([number]) * size for number, size in enumerate((0, 1, 127, 128, 20_000, 3_000_000))
    ]
    with client_at(port, heard, kind) as client, sender(port) as other:
        for payload in payloads:
            other.publish("t/ä", payload, qos=1)
        wait_until(lambda: len(heard.messages) == len(payloads))
        client.acknowledge(1, [message.mid for message in heard.messages])
        client.publish("t/own", b"hello")
        wait_until(lambda: heard.messages[-1].payload == b"hello")
    assert [message.payload for message in heard.messages[:-1]] == payloads
    assert {message.topic for message in heard.messages[:-1]} == {"t/ä"}


def test_what_was_not_acknowledged_comes_again_and_what_was_does_not(
    make_broker: Callable[[], EmbeddedBroker], kind: Kind
) -> None:
    port, first, second = make_broker().port, Heard(), Heard()
    with sender(port) as other:
        with client_at(port, first, kind) as client:
            for number in range(10):
                other.publish("t/x", b"%d" % number, qos=1)
            wait_until(lambda: len(first.messages) == 10)
            client.acknowledge(1, [message.mid for message in first.messages[:4]])
            client.acknowledge(7, [message.mid for message in first.messages])  # no such connection
            time.sleep(0.3)
        with client_at(port, second, kind):
            wait_until(lambda: len(second.messages) == 6)
            time.sleep(0.2)
    assert [message.payload for message in second.messages] == [b"%d" % n for n in range(4, 10)]


def test_it_connects_again_when_the_broker_is_back(
    make_broker: Callable[[], EmbeddedBroker], kind: Kind
) -> None:
    broker, heard = make_broker(), Heard()
    with client_at(broker.port, heard, kind):
        heard.ready.clear()
        broker.kill()
        broker.start()
        assert heard.ready.wait(20)
        with sender(broker.port) as other:
            other.publish("t/x", b"again", qos=1)
            wait_until(lambda: bool(heard.messages))
    assert heard.sessions == [2]


def test_thousands_arrive_in_order_and_are_forgotten_in_lots(
    make_broker: Callable[[], EmbeddedBroker], kind: Kind
) -> None:
    port, heard, again = make_broker().port, Heard(), Heard()
    count = 3_000
    with sender(port) as other:
        with client_at(port, heard, kind) as client:
            for number in range(count):
                other.publish("t/x", b"%d" % number, qos=1)
            done, until = 0, time.monotonic() + 20
            while done < count and time.monotonic() < until:
                lot = heard.messages[done:]
                client.acknowledge(1, [message.mid for message in lot])
                done += len(lot)
                time.sleep(0.01)
        with client_at(port, again, kind):
            time.sleep(0.3)
    assert [message.payload for message in heard.messages] == [b"%d" % n for n in range(count)]
    assert again.messages == []


def test_a_client_that_finds_no_broker_can_be_closed(kind: Kind) -> None:
    address = Address(
        "127.0.0.1", 1, tls=False, client_id="w", username=None, password=None, in_flight=100
    )
    client = kind(address, ["t/#"], Heard())
    client.open()
    client.publish("t/x", b"to nobody")
    client.acknowledge(1, [1])
    time.sleep(0.1)
    began = time.monotonic()
    client.close()
    assert time.monotonic() - began < 2
