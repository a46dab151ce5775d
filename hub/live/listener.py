"""Listener: one connection of the process that hears PostgreSQL's notifications.

A notification only wakes; what has happened is read from tables behind a cursor. So nothing is
lost when the connection breaks: after coming back, everybody is woken once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Listener:
    """Sets one event per channel whenever the channel is notified."""

    def __init__(self, database_url: str, channels: Iterable[str]) -> None:
        self._url = database_url
        self._bells = {channel: asyncio.Event() for channel in channels}

    def bell(self, channel: str) -> asyncio.Event:
        """The event of a channel; whoever waits for it clears it before looking."""
        return self._bells[channel]

    async def run(self) -> None:
        """Listen until cancelled, connecting again whenever the database went away."""
        while True:
            try:
                await self._listen()
            except psycopg.OperationalError as error:
                _log.warning("listener lost the database: %s", type(error).__name__)
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        conn: AsyncConnection[Any] = await AsyncConnection.connect(self._url, autocommit=True)
        async with conn:
            for channel in self._bells:
                await conn.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
            self.ring_all()
            async for notice in conn.notifies():
                self._bells[notice.channel].set()

    def ring_all(self) -> None:
        """Wake everybody to look whether anything has happened."""
        for bell in self._bells.values():
            bell.set()
