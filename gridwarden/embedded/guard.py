"""Guard: starts the embedded database and broker again when they die under us."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self

from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.restarts import Record, RestartPolicy, after_death

_POLL_S = 0.1

_log = logging.getLogger(__name__)


class Service(Protocol):
    """What is guarded: `start` blocks until it answers; `pid` is None when it has died."""

    @property
    def pid(self) -> int | None: ...

    def start(self) -> str: ...


class Guard:
    """Watches started services between `__enter__` and `__exit__`; stop them only after that."""

    def __init__(
        self, services: Mapping[str, Service], policy: RestartPolicy | None = None
    ) -> None:
        self.restarts = dict.fromkeys(services, 0)
        self.given_up: set[str] = set()
        self._services = dict(services)
        self._policy = policy or RestartPolicy()
        self._records = dict.fromkeys(services, Record())
        self._began = dict.fromkeys(services, time.monotonic())
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="guard", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ending.wait(_POLL_S):
            for name, service in self._services.items():
                if service.pid is None and name not in self.given_up:
                    self._revive(name, service)

    def _revive(self, name: str, service: Service) -> None:
        lived_s = time.monotonic() - self._began[name]
        self._records[name], delay_s = after_death(self._records[name], lived_s, self._policy)
        if delay_s is None:
            self.given_up.add(name)
            _log.error("service given up: %s died too often", name)
            return
        _log.warning("service died: %s, starting it again", name)
        if self._ending.wait(delay_s):
            return
        self._began[name] = time.monotonic()
        try:
            service.start()
        except (EmbeddedError, OSError):  # a full disk, too, may pass
            _log.exception("service not started: %s", name)
            return
        self.restarts[name] += 1
