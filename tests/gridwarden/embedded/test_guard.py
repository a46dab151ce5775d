"""Killed services come back at their address; hopeless ones are given up."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.guard import Guard
from gridwarden.embedded.probe import probe_broker
from gridwarden.embedded.restarts import RestartPolicy
from tests.gridwarden.embedded.mqtt import until

FAST = RestartPolicy(first_s=0.01, longest_s=0.02, quick_deaths=3)


class Hopeless:
    """A service that never starts."""

    pid = None
    tries = 0

    def start(self) -> str:
        self.tries += 1
        raise EmbeddedError("no")


def test_a_killed_broker_comes_back_at_its_address(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as broker, Guard({"broker": broker}, FAST) as guard:
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGKILL)
        assert until(lambda: guard.restarts == {"broker": 1})
        probe_broker("127.0.0.1", broker.port)


def test_a_service_that_never_starts_is_given_up() -> None:
    service = Hopeless()
    with Guard({"database": service}, FAST) as guard:
        assert until(lambda: guard.given_up == {"database"})
    assert service.tries == FAST.quick_deaths
