"""Data folder: what lies where, who holds it, and the ports it was last served on."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.locks import FolderLock
from gridwarden.embedded.place import make_passable

_log = logging.getLogger(__name__)


class DataDir:
    """One instance's folder, locked between `__enter__` and `__exit__`.

    It may be passed through by others (the database's user when we are root) but not listed; every
    file and folder in it is private to its owner.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock = FolderLock(self.path)

    @property
    def postgres(self) -> Path:
        """Home of the embedded PostgreSQL."""
        return self.path / "postgres"

    @property
    def broker(self) -> Path:
        """Home of the embedded broker."""
        return self.path / "broker"

    @property
    def logs(self) -> Path:
        """What the child processes print."""
        return self.path / "logs"

    @property
    def spools(self) -> Path:
        """What the agents have not yet been acknowledged."""
        return self.path / "spools"

    def port(self, service: str) -> int | None:
        """The port on which `service` was last served, if any."""
        return self._ports().get(service)

    def remember_port(self, service: str, port: int) -> None:
        """Keep the port for the next start, so that addresses stay the same."""
        ports = {**self._ports(), service: port}
        draft = self.path / "ports.json.new"
        draft.write_text(json.dumps(ports), encoding="utf-8")
        draft.replace(self.path / "ports.json")

    def __enter__(self) -> Self:
        """Make the folder if need be and take it.

        Raises:
            EmbeddedError: another instance has it, or it cannot be written.
        """
        try:
            make_passable(self.path)
            self._lock.acquire()
            for folder in (self.broker, self.logs, self.spools):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            self._lock.release()
            raise EmbeddedError(
                f"{self.path} cannot be used: {error.strerror}; set GRIDWARDEN_DATA_DIR to a "
                f"folder that user {os.geteuid()} can write"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def _ports(self) -> dict[str, int]:
        try:
            return cast("dict[str, int]", json.loads((self.path / "ports.json").read_bytes()))
        except FileNotFoundError:
            return {}
        except ValueError:
            _log.warning("ports forgotten: %s/ports.json is no JSON", self.path)
            return {}
