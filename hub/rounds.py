"""Rounds: work that a hub looks for again and again while it runs, over all losses of the database.

What is due stands in the database, so that a hub that was down does it as soon as it is up. Several
hubs may do this at once: the work itself must do nothing twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from psycopg import AsyncConnection, InterfaceError, OperationalError

from edge.wire import Micros

RETRY_S = 1.0

Work: TypeAlias = Callable[[AsyncConnection[Any], Micros], Awaitable[object]]

_log = logging.getLogger(__name__)


class Rounds:
    """Does some work every so many seconds; `run` is a task of `hub.keep`.

    Work that says that it did something, or that there is more, is looked for again at once.
    """

    def __init__(
        self,
        name: str,
        database_url: str,
        clock: Callable[[], Micros],
        work: Work,
        *,
        every_s: float,
    ) -> None:
        """`name` stands in the log when the database is lost."""
        self._name = name
        self._url = database_url
        self._clock = clock
        self._work = work
        self._every_s = every_s

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until `stop` is set."""
        while not stop.is_set():
            try:
                async with await AsyncConnection[Any].connect(self._url, autocommit=True) as conn:
                    while not stop.is_set():
                        if not await self._work(conn, self._clock()):
                            await _pause(stop, self._every_s)
            except (OperationalError, InterfaceError) as error:
                _log.warning("%s lost the database: %s", self._name, type(error).__name__)
                await _pause(stop, RETRY_S)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
