"""Configure: an agent's file is replaced while the agent runs, and kept in every version.

A new file is checked, its drivers are started, and only then does it replace the one on the disk,
which stays beside it as `agent.toml.1`, `agent.toml.2`, …. A file that is refused or whose drivers
do not start changes nothing: a crash at any moment leaves a file that has worked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from edge.config import AgentFile, ConfigError, read_agent_file
from edge.drivers.registry import devices_of, make_driver
from edge.replies import write_whole
from edge.supervise import SupervisedDriver
from edge.wire import Micros

log = logging.getLogger(__name__)


class RolledBackError(Exception):
    """A file could not be put into force, so that the one before still is; the text says why."""


def make_drivers(file: AgentFile, clock: Callable[[], Micros]) -> list[SupervisedDriver]:
    """The drivers of an agent's file, not started yet."""
    return [
        SupervisedDriver(
            f"{file.agent}-{number}-{spec.__struct_config__.tag}",
            partial(make_driver, spec, file.agent, clock),
            devices=devices_of(spec),
        )
        for number, spec in enumerate(file.driver, 1)
    ]


class Configuration:
    """The agent's file on the disk, and how it is exchanged."""

    def __init__(self, path: Path, file: AgentFile, clock: Callable[[], Micros]) -> None:
        """`file` is what was read from `path`."""
        self.file = file
        self._path = path
        self._clock = clock

    def replace(
        self, text: str, running: Sequence[SupervisedDriver]
    ) -> tuple[int, list[SupervisedDriver]]:
        """Put a text into force as the agent's file.

        Returns the number under which the one before is kept, and the drivers, started, that
        replace the `running` ones, which are closed. The text that is in force already changes
        nothing: 0 and the same drivers.

        Raises:
            ConfigError: the text is no agent's file, or another agent's.
            RolledBackError: a driver does not start, or the disk refuses; `running` go on.
        """
        file = read_agent_file(text, self._path)
        if file.agent != self.file.agent:
            raise ConfigError(
                f"the file is agent {file.agent!r}'s and this is {self.file.agent!r}: an agent "
                "keeps its name, because its spool and its batches bear it"
            )
        try:
            if text == self._path.read_text(encoding="utf-8"):
                return 0, list(running)
            drivers = self._start(file, running)
            try:
                number = self._keep(text)
            except OSError:
                _close(drivers)
                raise
        except OSError as error:
            raise RolledBackError(
                f"{error.filename or self._path.name}: {error.strerror or error}; rolled back"
            ) from error
        self.file = file
        log.info("configured: agent=%s drivers=%d kept=%d", file.agent, len(drivers), number)
        return number, drivers

    def _start(
        self, file: AgentFile, running: Sequence[SupervisedDriver]
    ) -> list[SupervisedDriver]:
        _close(running)  # two drivers cannot share one device; a closed one starts when polled
        drivers = make_drivers(file, self._clock)
        for driver in drivers:
            try:
                driver.start()
            except Exception as error:
                _close(drivers)
                raise RolledBackError(
                    f"{driver.name} does not start: {error}; rolled back"
                ) from error
        return drivers

    def _keep(self, text: str) -> int:
        """Keep the file in force under the next number, and replace it."""
        numbers = [
            int(kept.suffix[1:])
            for kept in self._path.parent.glob(f"{self._path.name}.*")
            if kept.suffix[1:].isdigit()
        ]
        number = max(numbers, default=0) + 1
        write_whole(self._path.with_name(f"{self._path.name}.{number}"), self._path.read_bytes())
        write_whole(self._path, text.encode())
        return number


def _close(drivers: Sequence[SupervisedDriver]) -> None:
    for driver in drivers:
        driver.close()
