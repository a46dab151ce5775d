"""Logs of child processes: what they print, in files of bounded size."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import IO

MAX_LOG_BYTES = 4 << 20  # ours: per file; one older file is kept beside it
_CHUNK = 1 << 16


class ChildLog:
    """Copies a child's output into a file until the child closes it.

    A full file is renamed to `*.1`, replacing the one before. When the disk is full the output
    is dropped and counted, so that the child never blocks on its log.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_LOG_BYTES) -> None:
        self.path = path
        self.dropped_bytes = 0
        self._max_bytes = max_bytes
        self._thread: threading.Thread | None = None

    def follow(self, stream: IO[bytes]) -> None:
        """Copy `stream` on a thread of its own until its end, then close it."""
        self._thread = threading.Thread(
            target=self._copy, args=(stream,), name=f"log {self.path.name}", daemon=True
        )
        self._thread.start()

    def join(self, timeout_s: float = 1) -> None:
        """Wait until everything that the ended child printed is in the file."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def tail(self, lines: int = 12) -> str:
        """The last lines of the file, for an error message."""
        if not self.path.exists():
            return ""
        text = self.path.read_bytes()[-_CHUNK:].decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def _copy(self, stream: IO[bytes]) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), _CHUNK):
                try:
                    self._write(chunk)
                except OSError:
                    self.dropped_bytes += len(chunk)

    def _write(self, chunk: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(chunk)
            full = file.tell() >= self._max_bytes
        if full:
            self.path.replace(self.path.with_name(self.path.name + ".1"))
