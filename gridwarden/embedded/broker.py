"""Embedded MQTT broker: Mosquitto where it is installed, else rumqttd from the `iotcore` wheel.

Always in a process of its own, on loopback, with a configuration of ours. Both speak MQTT 5 and
3.1.1: Mosquitto on one port, rumqttd on two (`url` is MQTT 5, `url_v3` is MQTT 3.1.1).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from gridwarden.embedded.brokers import (
    LOOPBACK,
    BrokerKind,
    iotcore_configuration,
    mosquitto_configuration,
)
from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.launch import launch
from gridwarden.embedded.logs import ChildLog
from gridwarden.embedded.probe import BrokerProbeError, probe_broker

_CHILD = Path(__file__).with_name("_iotcore.py")
_SYSTEM_PATHS = "/usr/local/sbin:/usr/sbin"  # where Debian puts mosquitto; not on every PATH
_ENVIRONMENT = ("PATH", "HOME", "PYTHONPATH")  # where Python may find its packages, no more
_STOP_GRACE_S = 5.0
_POLL_S = 0.02


def find_mosquitto() -> str | None:
    """Path of a Mosquitto of version 2 or later, or None."""
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{_SYSTEM_PATHS}")
    if program is None:
        return None
    answer = subprocess.run([program, "-h"], capture_output=True, text=True, check=False)
    found = re.search(r"mosquitto version (\d+)\.", answer.stdout)
    return program if found and int(found.group(1)) >= 2 else None


class EmbeddedBroker:
    """An MQTT broker of our own; its ports are free ones unless given, and stay the same."""

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        kind: BrokerKind | None = None,
        *,
        port_v3: int | None = None,
    ) -> None:
        self._home = data_dir.absolute()
        self.kind: BrokerKind = kind or ("mosquitto" if find_mosquitto() else "iotcore")
        self.port = port or _free_port()
        self.port_v3 = self.port if self.kind == "mosquitto" else port_v3 or _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = ChildLog(self._home / "broker.log")

    @property
    def url(self) -> str:
        """Address for MQTT 5."""
        return f"mqtt://{LOOPBACK}:{self.port}"

    @property
    def url_v3(self) -> str:
        """Address for MQTT 3.1.1."""
        return f"mqtt://{LOOPBACK}:{self.port_v3}"

    @property
    def pid(self) -> int | None:
        """The broker's process number while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, timeout_s: float = 15) -> str:
        """Start it, wait until it answers MQTT CONNECT, return its address.

        Raises:
            EmbeddedError: its port is taken, or it did not answer within `timeout_s`.
        """
        if self.pid is not None:
            return self.url
        for port in {self.port, self.port_v3}:
            _check_free(port)
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._process = launch(self._command(), environment=environment, folder=self._home)
        except OSError as error:
            raise EmbeddedError(
                f"the broker cannot start in {self._home}: {error}; check space and permissions"
            ) from error
        assert self._process.stdout is not None
        self._log.follow(self._process.stdout)
        try:
            self._wait(time.monotonic() + timeout_s)
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """End it. Idempotent."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would; for tests of what is lost then."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _command(self) -> list[str]:
        if self.kind == "mosquitto":
            file = self._home / "mosquitto.conf"
            file.write_text(mosquitto_configuration(self.port), encoding="utf-8")
            program = find_mosquitto()
            if program is None:
                raise EmbeddedError("no mosquitto of version 2 or later on PATH; install it")
            return [program, "-c", str(file)]
        file = self._home / "rumqttd.toml"
        file.write_text(iotcore_configuration(self.port, self.port_v3), encoding="utf-8")
        return [sys.executable, "-P", str(_CHILD), str(file)]

    def _wait(self, deadline: float) -> None:
        assert self._process is not None
        while True:
            if self._process.poll() is not None:
                self._log.join()
                code = self._process.returncode
                raise EmbeddedError(f"{self.kind} ended with code {code}:\n{self._log.tail()}")
            try:
                probe_broker(LOOPBACK, self.port, timeout_s=2)
            except BrokerProbeError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedError(f"{self.kind} does not answer: {error}") from error
            else:
                return
            time.sleep(_POLL_S)

    def _end(self, signal_number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal_number)
        try:
            self._process.wait(_STOP_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.join()
        self._process = None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def _check_free(port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as error:
            raise EmbeddedError(
                f"port {port} is in use ({error.strerror}); stop what listens there, or let the "
                "broker take a free one"
            ) from error
