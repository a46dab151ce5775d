"""Lock: one supervisor per folder, released by the kernel however the supervisor ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from gridwarden.embedded.errors import EmbeddedError


class FolderLock:
    """An exclusive lock on a folder, held from `acquire` to `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock and note our process number in it.

        Raises:
            EmbeddedError: another process, or another part of this one, holds it.
        """
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise EmbeddedError(
                f"{self._path.parent} is in use by process {holder}; stop that one, or give this "
                "one a folder of its own (GRIDWARDEN_DATA_DIR)"
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
