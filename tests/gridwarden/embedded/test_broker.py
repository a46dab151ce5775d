"""The embedded broker, whichever it is: what agents and ingest rest on, how it starts and ends."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psutil
import pytest

from edge.wire import MAX_MESSAGE_BYTES
from gridwarden.embedded.broker import EmbeddedBroker, find_mosquitto
from gridwarden.embedded.brokers import BrokerKind
from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.probe import probe_broker
from tests.gridwarden.embedded.mqtt import Listener, until

SUPERVISE = Path(__file__).with_name("supervise.py")
_sites = count()

KINDS = [
    "iotcore",
    pytest.param(
        "mosquitto",
        marks=pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed"),
    ),
]


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> BrokerKind:
    return request.param


@pytest.fixture(scope="module")
def broker(kind: BrokerKind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(tmp_path_factory.mktemp("broker"), kind=kind) as running:
        yield running


@pytest.fixture
def site() -> str:
    """Topics of this test's own begin with it."""
    return f"site-{next(_sites)}"


def test_it_listens_on_loopback_only(broker: EmbeddedBroker) -> None:
    assert broker.pid is not None
    addresses = {
        connection.laddr.ip
        for connection in psutil.Process(broker.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


def test_other_addresses_of_this_machine_are_refused(broker: EmbeddedBroker) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", broker.port), timeout=2)


def test_both_versions_of_mqtt_meet(broker: EmbeddedBroker, site: str) -> None:
    with (
        Listener(broker.url, version=5) as new,
        Listener(broker.url_v3, version=4) as old,
    ):
        new.subscribe(f"{site}/up")
        old.subscribe(f"{site}/down")
        old.publish(f"{site}/up", b"from 3.1.1")
        new.publish(f"{site}/down", b"from 5")
        assert until(lambda: new.payloads() == [b"from 3.1.1"])
        assert until(lambda: old.payloads() == [b"from 5"])


@pytest.mark.parametrize("topics", ["{}/+/batch/+", "{}/#"])
def test_wildcards_match_at_quality_of_service_1(
    broker: EmbeddedBroker, site: str, topics: str
) -> None:
    with Listener(broker.url) as listener, Listener(broker.url) as sender:
        listener.subscribe(topics.format(site))
        sender.publish(f"{site}/agent-1/batch/urgent", b"x")
        assert until(lambda: len(listener.got) == 1)
        assert listener.got[0].qos == 1


def test_a_retained_message_waits_for_later_subscribers_until_cleared(
    broker: EmbeddedBroker, site: str
) -> None:
    with Listener(broker.url) as sender:
        sender.publish(f"{site}/state", b"online", retain=True)
        with Listener(broker.url).subscribe(f"{site}/+") as later:
            assert until(lambda: later.payloads() == [b"online"])
            assert later.got[0].retain
        sender.publish(f"{site}/state", b"", retain=True)
        with Listener(broker.url).subscribe(f"{site}/+") as latest:
            sender.publish(f"{site}/end", b"end")
            assert until(lambda: latest.payloads() == [b"end"])


def test_the_last_will_of_a_lost_client_is_published_and_retained(
    broker: EmbeddedBroker, site: str
) -> None:
    topic = f"{site}/state"
    with Listener(broker.url).subscribe(topic) as listener:
        with Listener(broker.url, will=(topic, b"offline")) as lost:
            lost.drop_connection()
            assert until(lambda: listener.payloads() == [b"offline"])
        with Listener(broker.url).subscribe(topic) as later:
            assert until(lambda: later.payloads() == [b"offline"])


def test_a_client_that_hangs_is_given_up_after_its_keepalive(
    broker: EmbeddedBroker, site: str
) -> None:
    with (
        Listener(broker.url).subscribe(site) as listener,
        Listener(broker.url, will=(site, b"offline"), keepalive_s=1) as hung,
    ):
        hung.freeze()
        assert until(lambda: listener.payloads() == [b"offline"], timeout_s=15)


def test_a_persistent_session_gets_what_came_while_it_was_away(
    broker: EmbeddedBroker, site: str
) -> None:
    name = f"{site}-session"
    with Listener(broker.url, name=name, session_s=600) as first:
        first.subscribe(f"{site}/#")
    with Listener(broker.url) as sender:
        for number in range(5):
            sender.publish(f"{site}/{number}", b"%d" % number)
    with Listener(broker.url, name=name, session_s=600) as second:
        assert second.session_present
        assert until(lambda: second.payloads() == [b"0", b"1", b"2", b"3", b"4"])


def test_what_was_not_acknowledged_comes_again(broker: EmbeddedBroker, site: str) -> None:
    name = f"{site}-session"
    with Listener(broker.url, name=name, session_s=600, manual_ack=True) as first:
        first.subscribe(f"{site}/#")
        with Listener(broker.url) as sender:
            sender.publish(f"{site}/1", b"kept")
        assert until(lambda: first.payloads() == [b"kept"])
        first.drop_connection()
    with Listener(broker.url, name=name, session_s=600) as second:
        assert until(lambda: second.payloads() == [b"kept"])


def test_a_shared_subscription_divides_the_messages(broker: EmbeddedBroker, site: str) -> None:
    with (
        Listener(broker.url).subscribe(f"$share/workers/{site}/#") as one,
        Listener(broker.url).subscribe(f"$share/workers/{site}/#") as two,
        Listener(broker.url) as sender,
    ):
        for number in range(40):
            sender.publish(f"{site}/{number}", b"%d" % number)
        assert until(lambda: len(one.got) + len(two.got) == 40)
        assert len(set(one.payloads()) | set(two.payloads())) == 40
        assert one.got
        assert two.got


def test_a_hundred_messages_may_wait_for_their_acknowledgement(
    broker: EmbeddedBroker, site: str
) -> None:
    with (
        Listener(broker.url, manual_ack=True).subscribe(f"{site}/#") as listener,
        Listener(broker.url) as sender,
    ):
        for number in range(150):
            sender.client.publish(f"{site}/{number}", b"%d" % number, qos=1)
        assert until(lambda: len(listener.got) >= 100)
        for message in list(listener.got):
            listener.client.ack(message.mid, message.qos)
        assert until(lambda: len(listener.got) == 150)


@pytest.mark.parametrize("size", [1 << 20, 10 << 20, MAX_MESSAGE_BYTES])
def test_large_messages_pass(broker: EmbeddedBroker, site: str, size: int) -> None:
    with Listener(broker.url).subscribe(site) as listener, Listener(broker.url) as sender:
        payload = os.urandom(1 << 20) * (size >> 20)
        sender.publish(site, payload)
        assert until(lambda: listener.payloads() == [payload], timeout_s=15)


def test_a_larger_message_costs_its_sender_the_connection_and_nobody_else(
    broker: EmbeddedBroker, site: str
) -> None:
    with Listener(broker.url).subscribe(site) as listener:
        with Listener(broker.url_v3, version=4) as sender:
            sender.client.publish(site, bytes(MAX_MESSAGE_BYTES + (1 << 20)), qos=1)
            assert sender.lost.wait(10)
        with Listener(broker.url) as other:
            other.publish(site, b"after")
        assert until(lambda: listener.payloads() == [b"after"])


def test_two_brokers_do_not_collide(kind: BrokerKind, tmp_path: Path) -> None:
    with (
        EmbeddedBroker(tmp_path / "1", kind=kind) as one,
        EmbeddedBroker(tmp_path / "2", kind=kind) as two,
    ):
        assert one.port != two.port


def test_remembered_ports_are_taken_again(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path, kind="iotcore") as first:
        ports = (first.port, first.port_v3)
    with EmbeddedBroker(tmp_path, ports[0], kind="iotcore", port_v3=ports[1]) as second:
        assert (second.port, second.port_v3) == ports
        probe_broker("127.0.0.1", second.port_v3, version=4)


def test_a_port_in_use_is_named(kind: BrokerKind, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        port = occupant.getsockname()[1]
        with pytest.raises(EmbeddedError, match=f"port {port} is in use"):
            EmbeddedBroker(tmp_path, port=port, kind=kind).start()


def test_a_folder_that_cannot_be_made_is_explained(kind: BrokerKind, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match="check space and permissions"):
        EmbeddedBroker(tmp_path / "file" / "broker", kind=kind).start()


def test_it_starts_again_at_its_address_after_a_kill(kind: BrokerKind, tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path, kind=kind) as broker:
        with Listener(broker.url):
            broker.kill()
            assert broker.pid is None
        broker.start()
        probe_broker("127.0.0.1", broker.port)


def test_a_stop_leaves_no_process_and_frees_the_port(kind: BrokerKind, tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path, kind=kind)
    broker.start()
    pid = broker.pid
    assert pid is not None
    broker.stop()
    broker.stop()
    assert not psutil.pid_exists(pid)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", broker.port), timeout=2)


def test_it_dies_with_its_supervisor(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, str(SUPERVISE), "broker", str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    with supervisor.stdout:
        pid = json.loads(supervisor.stdout.readline())["pid"]
    supervisor.kill()
    supervisor.wait()
    assert until(lambda: not psutil.pid_exists(pid) or _is_zombie(pid))


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_broker_that_serves_nobody_any_more_ends_so_that_it_is_started_again() -> None:
    """rumqttd's router panics at times, and leaves a process that listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        words = "import sys; from gridwarden.embedded import _iotcore as broker;"
        words += "broker.KNOCK_S = 0.05; broker.keep_knocking(int(sys.argv[1]), patience_s=0.1)"
        port = str(silent.getsockname()[1])
        done = subprocess.run([sys.executable, "-c", words, port], timeout=30, check=False)
    assert done.returncode == 70
