"""deploy/mosquitto.conf: Mosquitto takes the file as it is, and it lets pass what we send."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.wire import MAX_MESSAGE_BYTES
from gridwarden.embedded.broker import find_mosquitto
from gridwarden.embedded.brokers import LOOPBACK, mosquitto_configuration
from gridwarden.embedded.probe import BrokerProbeError, probe_broker
from tests.gridwarden.embedded.mqtt import Listener, until

FILE = Path(__file__).parents[2] / "deploy" / "mosquitto.conf"
LIMITS = ("max_packet_size", "max_inflight_messages", "max_queued_messages", "set_tcp_nodelay")


def options(text: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in text.splitlines() if line[:1].islower())


def test_its_limits_are_those_of_the_embedded_broker() -> None:
    deployed = options(FILE.read_text(encoding="utf-8"))
    embedded = options(mosquitto_configuration(1883))
    assert {name: deployed[name] for name in LIMITS} == {name: embedded[name] for name in LIMITS}


@pytest.fixture
def configured(tmp_path: Path) -> tuple[Path, int]:
    """The file with a loopback port and a folder of this test's own, and the port."""
    if find_mosquitto() is None:
        pytest.skip("needs mosquitto of version 2 or later on PATH")
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = int(probe.getsockname()[1])
    folder = tmp_path / "data"
    folder.mkdir()
    text = FILE.read_text(encoding="utf-8")
    text = re.sub(r"^listener 1883$", f"listener {port} {LOOPBACK}", text, flags=re.MULTILINE)
    text = text.replace(" /mosquitto/data/", f" {folder}/")
    assert options(text)["listener"] == f"{port} {LOOPBACK}"
    file = tmp_path / "mosquitto.conf"
    file.write_text(text + ("user root\n" if os.geteuid() == 0 else ""), encoding="utf-8")
    return file, port


@contextmanager
def running(file: Path, port: int) -> Iterator[str]:
    program = find_mosquitto()
    assert program is not None
    with subprocess.Popen([program, "-c", str(file)], stderr=subprocess.DEVNULL) as process:
        try:
            until_up = time.monotonic() + 10
            while True:
                try:
                    probe_broker(LOOPBACK, port)
                    break
                except BrokerProbeError:
                    assert time.monotonic() < until_up
                    assert process.poll() is None
                    time.sleep(0.02)
            yield f"mqtt://{LOOPBACK}:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def test_the_largest_message_passes(configured: tuple[Path, int]) -> None:
    with running(*configured) as url, Listener(url).subscribe("gw/#") as listener:
        listener.publish("gw/" + "a" * 1000, bytes(MAX_MESSAGE_BYTES))
        assert until(lambda: listener.got)
        assert len(listener.got[0].payload) == MAX_MESSAGE_BYTES


def test_a_session_and_what_waits_for_it_outlive_a_restart(configured: tuple[Path, int]) -> None:
    with running(*configured) as url:
        with Listener(url, name="ingest", session_s=600).subscribe("gw/#"):
            pass
        with Listener(url) as sender:
            sender.publish("gw/kept", b"while nobody listened")
    with running(*configured) as url, Listener(url, name="ingest", session_s=600) as again:
        assert again.session_present
        assert until(lambda: again.payloads() == [b"while nobody listened"])
