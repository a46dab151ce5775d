"""Processes: named child processes that are restarted when they die and end when we end.

Each child runs in a session of its own, so that Ctrl-C in a terminal reaches us alone and we end
the children in order; the kernel kills them when we are killed. What they print goes to
`<logs>/<name>.log`, of bounded size.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from gridwarden.embedded.errors import EmbeddedError
from gridwarden.embedded.launch import launch
from gridwarden.embedded.logs import ChildLog
from gridwarden.embedded.memory import Memory, tree_memory
from gridwarden.embedded.restarts import Record, RestartPolicy, after_death

State = Literal["running", "waiting", "given_up", "stopped"]

_ALIVE = ("running", "waiting")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Command:
    """A program to keep running. `environment` is all that it gets."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    folder: Path


@dataclass(frozen=True, slots=True)
class Status:
    """How a child fares. `waiting` is dead and soon restarted; `exit_code` is its last death's."""

    name: str
    state: State
    pid: int | None
    restarts: int
    exit_code: int | None
    log: Path
    memory: Memory | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended when it was told to; `forced` when it had to be killed."""

    name: str
    exit_code: int | None
    forced: bool


class Processes:
    """The children of one supervisor."""

    def __init__(self, logs: Path, policy: RestartPolicy | None = None) -> None:
        self._logs = logs
        self._policy = policy or RestartPolicy()
        self._children: dict[str, _Child] = {}

    def start(self, command: Command) -> int:
        """Start a child and keep it running; returns its process number.

        Raises:
            EmbeddedError: there is no such program, or a child of that name runs.
        """
        known = self._children.get(command.name)
        if known is not None and known.state in _ALIVE:
            raise EmbeddedError(f"{command.name} is already started; stop it first")
        self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        child = _Child(command, ChildLog(self._logs / f"{command.name}.log"), self._policy)
        pid = child.start()
        self._children[command.name] = child
        return pid

    def status(self) -> list[Status]:
        """Every child in the order of their start, with the memory of its whole tree."""
        return [child.status() for child in self._children.values()]

    def log_tail(self, name: str, lines: int = 12) -> str:
        """The last lines that a child printed."""
        return self._children[name].log.tail(lines)

    def stop(self, *names: str, grace_s: float = 10) -> list[Ending]:
        """End these children, all at once: asked first, killed when they outlast the grace."""
        children = [self._children[name] for name in names]
        deadline = time.monotonic() + grace_s
        for child in children:
            child.ask_to_end()
        return [child.end(deadline) for child in children]

    def stop_all(self, grace_s: float = 10) -> list[Ending]:
        """End every child that still runs, the last started first, one after another."""
        running = [name for name, child in self._children.items() if child.state in _ALIVE]
        return [self.stop(name, grace_s=grace_s)[0] for name in reversed(running)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_all()


class _Child:
    """One command and the thread that waits for its deaths."""

    def __init__(self, command: Command, log: ChildLog, policy: RestartPolicy) -> None:
        self.command = command
        self.log = log
        self.state: State = "waiting"
        self.restarts = 0
        self.exit_code: int | None = None
        self._policy = policy
        self._lock = threading.Lock()  # over process and state: a restart never races an end
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"keep {command.name}", daemon=True)

    def start(self) -> int:
        process = self._launch()
        self._thread.start()
        return process.pid

    def status(self) -> Status:
        process = self._process
        pid = process.pid if process is not None and self.state == "running" else None
        memory = tree_memory(pid) if pid is not None else None
        name, log = self.command.name, self.log.path
        return Status(name, self.state, pid, self.restarts, self.exit_code, log, memory)

    def ask_to_end(self) -> None:
        self._ending.set()
        with self._lock:
            if self._process is not None:
                self._process.terminate()

    def end(self, deadline: float) -> Ending:
        self._thread.join(max(0.0, deadline - time.monotonic()))
        forced = self._thread.is_alive()
        if forced:
            with self._lock:
                if self._process is not None and self._process.poll() is None:
                    with suppress(ProcessLookupError):
                        os.killpg(self._process.pid, signal.SIGKILL)
            self._thread.join()
            _log.warning("child killed: %s did not end in time", self.command.name)
        return Ending(self.command.name, self.exit_code, forced)

    def _launch(self) -> subprocess.Popen[bytes]:
        command = self.command
        process = launch(command.words, environment=command.environment, folder=command.folder)
        assert process.stdout is not None
        self.log.follow(process.stdout)
        self._process = process
        self.state = "running"
        return process

    def _keep(self) -> None:
        record = Record()
        while True:
            assert self._process is not None
            began = time.monotonic()
            self.exit_code = self._process.wait()
            self.log.join()
            if self._ending.is_set():
                self.state = "stopped"
                return
            record, delay_s = after_death(record, time.monotonic() - began, self._policy)
            if delay_s is None:
                self.state = "given_up"
                _log.error("child given up: %s, code %d", self.command.name, self.exit_code)
                return
            self.state = "waiting"
            _log.warning("child died: %s, code %d", self.command.name, self.exit_code)
            if not self._restart(delay_s):
                return

    def _restart(self, delay_s: float) -> bool:
        """Start again after `delay_s`; False when it was told to end meanwhile, or cannot start."""
        self._ending.wait(delay_s)
        with self._lock:
            if self._ending.is_set():
                self.state = "stopped"
                return False
            try:
                self._launch()
            except (EmbeddedError, OSError):
                self.state = "given_up"
                _log.exception("child given up: %s cannot be started again", self.command.name)
                return False
            self.restarts += 1
            return True
