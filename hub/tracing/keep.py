"""Keep: stays follow the swipes while the hub runs, and go when their days are over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from psycopg import AsyncConnection, InterfaceError, OperationalError

from edge.wire import Micros
from hub.tracing import store

KEEP_DAYS = 30  # ours (PR-04)
DAY = 86_400_000_000
LOOK_EVERY_S = 1.0  # ours: a trace may lag by a second
DELETE_EVERY = 3_600_000_000  # microseconds; ours
RETRY_S = 1.0

_log = logging.getLogger(__name__)


class StayKeeper:
    """Deletes what is old while it runs, and folds if told to, over all losses of the database."""

    def __init__(self, database_url: str, clock: Callable[[], Micros], *, fold: bool) -> None:
        self._fold = fold
        self._url = database_url
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Fold and delete until `stop` is set."""
        while not stop.is_set():
            try:
                async with await AsyncConnection[Any].connect(self._url, autocommit=True) as conn:
                    await self._keep(conn, stop)
            except (OperationalError, InterfaceError) as error:
                _log.warning("stays lost the database: %s", type(error).__name__)
                await _pause(stop, RETRY_S)

    async def _keep(self, conn: AsyncConnection[Any], stop: asyncio.Event) -> None:
        delete_at: Micros = 0
        while not stop.is_set():
            now = self._clock()
            if now >= delete_at:
                await store.delete_old(conn, now - KEEP_DAYS * DAY, now)
                delete_at = now + DELETE_EVERY
            if not self._fold or not await store.catch_up(conn):
                await _pause(stop, LOOK_EVERY_S)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
