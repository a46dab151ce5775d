"""Bell: wakes a thread that waits for a socket."""

from __future__ import annotations

import socket
from contextlib import suppress


class Bell:
    """Something that `select` waits for and other threads ring."""

    def __init__(self) -> None:
        self._hand, self._ear = socket.socketpair()
        self._hand.setblocking(False)
        self._ear.setblocking(False)

    def ring(self) -> None:
        """Wake the thread that waits."""
        with suppress(BlockingIOError):  # then it has been rung often enough
            self._hand.send(b"\0")

    def hush(self) -> None:
        """Be silent until it is rung again."""
        self._ear.recv(4096)

    def fileno(self) -> int:
        """For `select`."""
        return self._ear.fileno()

    def close(self) -> None:
        """Nobody waits any more."""
        self._hand.close()
        self._ear.close()
