"""Process: one program of the system that is run, watched line by line, and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gridwarden.embedded.launch import launch

ROOT = Path(__file__).parents[2]


class ChaosError(RuntimeError):
    """The run itself failed; it says nothing about the product."""


class Process:
    """A Python module as a child that ends with us; what it prints goes to a log and `hear`."""

    def __init__(
        self,
        words: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        hear: Callable[[str], None] | None = None,
    ) -> None:
        bare = {name: text for name, text in os.environ.items() if "GRIDWARDEN_" not in name}
        self._child = launch(
            [sys.executable, "-m", *words],
            environment={**bare, "PYTHONPATH": str(ROOT), **(environment or {})},
            folder=ROOT,
        )
        self._log = log
        self._hear = hear
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._child.pid

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._child.poll() is None

    def kill(self) -> bool:
        """SIGKILL; whether it ran until then."""
        ran = self.runs
        self._child.kill()
        self.wait(10)
        return ran

    def ask_to_end(self) -> None:
        """SIGTERM."""
        self._child.send_signal(signal.SIGTERM)

    def wait(self, timeout_s: float) -> int:
        """Its exit code, when everything that it printed was heard.

        Raises:
            ChaosError: it did not end in time; it is killed then.
        """
        try:
            code = self._child.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            self._child.kill()
            self._child.wait()
            raise ChaosError(f"did not end in {timeout_s:.0f} s, see {self._log}") from error
        self._reader.join(10)
        return code

    def _follow(self) -> None:
        assert self._child.stdout is not None
        with self._child.stdout as lines, self._log.open("ab") as log:
            for line in lines:
                if self._hear is None or not line.startswith(b"{"):
                    log.write(line)
                if self._hear is not None:
                    self._hear(line.decode(errors="replace"))


def until(condition: Callable[[], object], timeout_s: float, what: str) -> None:
    """Wait for a condition.

    Raises:
        ChaosError: it did not come in time.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise ChaosError(f"{what} did not come in {timeout_s:.0f} s")
        time.sleep(0.05)
