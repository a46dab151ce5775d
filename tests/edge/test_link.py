from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from edge.link import Address, Connected, Link, Lost, Will
from edge.look import Look, encode_look, frame_topic, look_topic
from edge.wire import Ack, AgentState, ack_topic, encode_agent_state, state_topic
from gridwarden.embedded.broker import EmbeddedBroker

Until = Callable[..., None]
ONLINE = encode_agent_state(AgentState(agent="link", online=True))
OFFLINE = encode_agent_state(AgentState(agent="link", online=False))
TOPIC = state_topic("link-test", "link")


def make_link(url: str, **more: Any) -> Link:
    return Link(
        Address.parse(url),
        client_id="link-test",
        ack_topic=ack_topic("link-test", "link"),
        will=Will(TOPIC, OFFLINE),
        seed=1,
        **more,
    )


@pytest.fixture
def links() -> Iterator[list[Link]]:
    made: list[Link] = []
    yield made
    for link in made:
        link.close()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://127.0.0.1:1884", Address("127.0.0.1", 1884)),
        ("mqtt://broker", Address("broker", 1883)),
        ("mqtts://broker", Address("broker", 8883, tls=True)),
    ],
)
def test_a_brokers_address_is_read(url: str, address: Address) -> None:
    assert Address.parse(url) == address


@pytest.mark.parametrize("url", ["", "broker:1883", "http://broker", "mqtt://", "mqtt://b:port"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"mqtt://host:port|Port"):
        Address.parse(url)


def test_nothing_is_taken_before_there_is_a_connection() -> None:
    link = make_link("mqtt://127.0.0.1:9")
    assert not link.publish("topic", b"")
    assert link.next_event(0) is None
    link.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "a" * 70])
def test_an_unreachable_broker_is_tried_until_closed(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    link = make_link(f"mqtt://{host}:9")
    link.start()
    assert link.next_event(1) is None
    assert len(caplog.messages) >= 2
    link.close()


def test_messages_arrive_and_acknowledgements_come_back(
    broker_url: str, receive: Callable[[str], Any], until: Until, links: list[Link]
) -> None:
    receiver = receive(broker_url)
    link = make_link(broker_url)
    links.append(link)
    link.start()
    assert link.next_event(10) == Connected()
    assert link.publish(TOPIC, ONLINE, retain=True)
    until(lambda: any(state.agent == "link" and state.online for state in receiver.states))
    link.publish(ack_topic("link-test", "link"), b"\xc1 not an acknowledgement")
    assert link.next_event(0.3) is None
    link.close(Will(TOPIC, OFFLINE))
    until(lambda: [s.online for s in receiver.states if s.agent == "link"] == [True, False])


def test_a_lost_agent_is_reported_by_its_will(
    make_broker: Callable[[], EmbeddedBroker], receive: Callable[[str], Any], until: Until
) -> None:
    receiver = receive(make_broker().url)
    url = f"mqtt://127.0.0.1:{receiver._client.port}"
    program = f"""
from edge.link import Address, Link, Will
will = Will({TOPIC!r}, {OFFLINE!r})
link = Link(Address.parse({url!r}), client_id="dying", ack_topic="a", will=will)
link.start()
print(link.next_event(10), flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "Connected()"
        assert receiver.states == []
        child.kill()
    until(lambda: [state.online for state in receiver.states] == [False])


def test_a_restarted_broker_is_found_again(
    make_broker: Callable[[], EmbeddedBroker], until: Until, links: list[Link]
) -> None:
    broker = make_broker()
    link = make_link(broker.url)
    links.append(link)
    link.start()
    assert link.next_event(10) == Connected()
    broker.kill()
    assert link.next_event(10) == Lost()
    assert not link.publish(TOPIC, ONLINE)
    broker.start()
    assert link.next_event(10) == Connected()
    assert link.publish(TOPIC, ONLINE)


def test_closing_does_not_wait_for_a_broker_that_hangs(
    make_broker: Callable[[], EmbeddedBroker],
) -> None:
    broker = make_broker()
    link = make_link(broker.url)
    link.start()
    assert link.next_event(10) == Connected()
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        for _ in range(100):
            link.publish(TOPIC, b"x" * 500_000)
        began = time.monotonic()
        link.close(Will(TOPIC, OFFLINE))
        assert time.monotonic() - began < 8
    finally:
        os.kill(broker.pid, signal.SIGCONT)


def test_a_full_connection_takes_no_more(broker_url: str, links: list[Link]) -> None:
    link = make_link(broker_url, queue=2)
    links.append(link)
    link.start()
    assert link.next_event(10) == Connected()
    taken = [link.publish("gw/1/link-test/nowhere", b"x" * 100_000) for _ in range(50)]
    assert taken[0]
    assert not all(taken)


def test_an_acknowledgement_is_an_event(
    broker_url: str, receive: Callable[[str], Any], sample_of: Callable[..., Any], links: list[Link]
) -> None:
    from edge.sample import cut_batch
    from edge.wire import batch_topic, encode_batch

    receive(broker_url)
    link = make_link(broker_url)
    links.append(link)
    link.start()
    assert link.next_event(10) == Connected()
    batch = cut_batch(sample_of(), agent="link", epoch=4, seq=9, made=0)
    link.publish(batch_topic("link-test", "link", "urgent"), encode_batch(batch))
    assert link.next_event(10) == Ack(4, [9])


def test_two_agents_of_one_name_do_not_storm_the_broker(broker_url: str, links: list[Link]) -> None:
    links += [make_link(broker_url), make_link(broker_url)]
    for link in links:
        link.start()
    until, connected = time.monotonic() + 4, 0
    while time.monotonic() < until:
        connected += sum(link.next_event(0.05) == Connected() for link in links)
    assert 2 <= connected <= 16


def test_a_look_is_an_event_and_what_may_be_lost_is_bounded(
    broker_url: str, links: list[Link]
) -> None:
    look, camera = look_topic("link-test", "looked"), frame_topic("link-test", "looked", "camera-1")
    link = Link(
        Address.parse(broker_url),
        client_id="link-looked",
        ack_topic=ack_topic("link-test", "looked"),
        look_topic=look,
    )
    links.append(link)
    assert not link.publish_lossy(camera, b"no link yet")
    link.start()
    assert link.next_event(10) == Connected()
    assert link.publish(look, encode_look(Look("camera-1", 15)))
    assert link.next_event(10) == Look("camera-1", 15)
    taken = [link.publish_lossy(camera, bytes(40_000)) for _ in range(400)]
    assert taken[0]
    assert not all(taken), "as fast as this no link is"
    deadline = time.monotonic() + 10
    while not link.publish_lossy(camera, b"later"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
