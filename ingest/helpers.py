"""Helpers: threads beside the one that writes; when one of them fails, the worker must end.

A worker that goes on without its beat looks dead, and one without its commands is deaf; once it
has ended it is started again whole.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ingest.failures import without_values

log = logging.getLogger(__name__)


class Helpers:
    """Named threads, and the first failure among them."""

    def __init__(self) -> None:
        self.failure: str | None = None
        self._threads: list[threading.Thread] = []

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` in a thread of its own."""

        def guarded() -> None:
            try:
                work()
            except Exception as error:
                log.error(  # noqa: TRY400  # a traceback would tell values
                    "ingest.helper_failed", extra={"helper": name, "error": without_values(error)}
                )
                self.failure = self.failure or f"{name}: {type(error).__name__}: {error}"

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def join(self) -> None:
        """Wait until all have ended."""
        for thread in self._threads:
            thread.join()
