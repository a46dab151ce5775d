"""A site with its own authority and a real Mosquitto over TLS, shared by the tests of a module."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from edge.tls import Tls
from gridwarden.cli import app
from gridwarden.devices.site_broker import find_plugin
from gridwarden.embedded.broker import find_mosquitto
from gridwarden.embedded.brokers import LOOPBACK
from gridwarden.embedded.probe import BrokerProbeError, probe_broker
from tests.gridwarden.embedded.mqtt import Listener

SITE = "campus"


class EnrolledSite:
    """The command line on one data folder, and what it hands out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.agents, self.services, self.devices = _free_ports(3)
        self._runner = CliRunner()

        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run the broker, and wait until it lets the operator in."""
        command = [
            sys.executable,
            "-m",
            "gridwarden",
            "--data-dir",
            str(self.path),
            "broker",
            "run",
        ]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while True:
            try:
                self.knock(self.login("operator"), self.services)
            except BrokerProbeError:
                assert self._process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop the broker."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(10)

    def run(self, *words: str) -> Result:
        return self._runner.invoke(app, ["--data-dir", str(self.path), *words])

    def done(self, *words: str) -> str:
        result = self.run(*words)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    def files(self, *more: str) -> None:
        user = ["--user", "root"] if os.geteuid() == 0 else []
        ports = {"agents": self.agents, "services": self.services, "devices": self.devices}
        chosen = [word for name, port in ports.items() for word in (f"--{name}-port", str(port))]
        self.done("broker", "files", "--host", LOOPBACK, *user, *chosen, *more)

    def enroll(self, name: str, *more: str) -> Tls:
        self.done("agent", "enroll", name, *more)
        return self.unpacked(name)

    def unpacked(self, name: str) -> Tls:
        """An agent's login, as unpacked on its machine."""
        number = len(list(self.path.glob(f"{name}-*")))
        folder = self.path / f"{name}-{number}"
        with zipfile.ZipFile(self.path / "agents" / f"{name}.zip") as archive:
            archive.extractall(folder)
        return Tls(folder / "ca.crt", folder / "client.crt", folder / "client.key")

    def login(self, service: str) -> Tls:
        folder = self.path / "services" / service
        return Tls(folder / "ca.crt", folder / "client.crt", folder / "client.key")

    def agent(self, tls: Tls, **more: object) -> Listener:
        return Listener(self.agents_url, tls=tls.context(), **more)  # type: ignore[arg-type]

    def service(self, service: str, **more: object) -> Listener:
        tls = self.login(service).context()
        return Listener(self.services_url, tls=tls, **more)  # type: ignore[arg-type]

    @property
    def agents_url(self) -> str:
        return f"mqtts://{LOOPBACK}:{self.agents}"

    @property
    def services_url(self) -> str:
        return f"mqtts://{LOOPBACK}:{self.services}"

    def knock(self, tls: Tls, port: int | None = None, **more: str) -> None:
        probe_broker(LOOPBACK, port or self.agents, tls=True, trust=tls, **more)  # type: ignore[arg-type]

    @property
    def configuration(self) -> Path:
        return self.path / "broker" / "mosquitto.conf"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnrolledSite]:
    """Agents north and south are enrolled, device hydrant-07 is not yet; the broker runs."""
    if find_mosquitto() is None or not Path(find_plugin()).exists():
        pytest.skip("needs mosquitto of version 2 with its dynamic-security plugin")
    made = EnrolledSite(tmp_path_factory.mktemp("site"))
    made.done("ca", "init")
    made.files()
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
