"""The real command as end-to-end tests use it: run to its end, or kept running and watched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

COMMAND = (sys.executable, "-m", "gridwarden")
UP_S = 120


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without settings of ours, and `more`."""
    bare = {name: value for name, value in os.environ.items() if "GRIDWARDEN_" not in name}
    return {**bare, "COLUMNS": "200", **(more or {})}


def run(
    *words: str, folder: Path, more: Mapping[str, str] | None = None, timeout_s: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env=environment(more),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def until(condition: Callable[[], object], timeout_s: float, what: Callable[[], str]) -> None:
    """Wait for a condition; fail with `what` is known when it does not come."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)


class Part:
    """A command that runs until it is told to end; a context manager."""

    def __init__(
        self,
        *words: str,
        output: Path,
        more: Mapping[str, str] | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        """`prepare` is called in the new process before the command begins."""
        self.output_file = output
        with output.open("ab") as file:
            self.process = subprocess.Popen(
                [*COMMAND, *words],
                cwd=output.parent,
                env=environment(more),
                stdout=file,
                stderr=subprocess.STDOUT,
                preexec_fn=prepare,
            )

    @property
    def runs(self) -> bool:
        """Whether it is still the process that was started."""
        return self.process.poll() is None

    def output(self) -> str:
        """What it printed so far."""
        return self.output_file.read_text()

    def until(self, condition: Callable[[], object], timeout_s: float = UP_S) -> None:
        """Wait for a condition while the command runs."""

        def come() -> bool:
            assert self.runs, self.output()
            return bool(condition())

        until(come, timeout_s, self.output)

    def says(self, words: str, timeout_s: float = UP_S) -> None:
        """Wait until it has printed some words."""
        self.until(lambda: words in self.output(), timeout_s)

    def tree(self) -> list[psutil.Process]:
        """Its process and all below it."""
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def end(self, how: signal.Signals = signal.SIGTERM, timeout_s: float = 60) -> int:
        """Ask it to end; its exit code."""
        if self.runs:
            self.process.send_signal(how)
        return self.process.wait(timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
