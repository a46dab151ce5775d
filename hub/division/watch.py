"""Watch: the division is checked whenever the site changes, and every night."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from psycopg import AsyncConnection, InterfaceError, OperationalError, sql

from edge.wire import Micros
from hub.division.findings import check_division, open_violations
from hub.sites.rules import GridRules
from hub.sites.store import SITE_CHANNEL
from ingest import clock as clocks

NIGHT_HOUR = 2  # by the hub's own time zone (TZ); ours
LOOK_EVERY_S = 10.0  # ours: how soon a blank that lasts becomes a violation
RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Watch:
    """Checks while it runs, over all losses of the database."""

    def __init__(self, database_url: str, rules: GridRules, clock: Callable[[], Micros]) -> None:
        self._url = database_url
        self._rules = rules
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Check until `stop` is set."""
        while not stop.is_set():
            try:
                async with await AsyncConnection[Any].connect(self._url, autocommit=True) as conn:
                    await self._watch(conn, stop)
            except (OperationalError, InterfaceError) as error:
                _log.warning("division's watch lost the database: %s", type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def _watch(self, conn: AsyncConnection[Any], stop: asyncio.Event) -> None:
        await conn.execute(sql.SQL("listen {}").format(sql.Identifier(SITE_CHANNEL)))
        due: Micros = 0
        while not stop.is_set():
            now = self._clock()
            if now >= due:
                await check_division(conn, self._rules, now)
                due = next_night(now)
            await open_violations(conn, self._rules, now)
            if await _heard(conn, stop):
                due = 0


def next_night(now: Micros) -> Micros:
    """The next time at which the clock on the wall shows `NIGHT_HOUR`."""
    local = clocks.moment(now).astimezone()
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night <= local:
        night += timedelta(days=1)
    return clocks.micros(night)


async def _heard(conn: AsyncConnection[Any], stop: asyncio.Event) -> bool:
    """Wait for news of the site, at most `LOOK_EVERY_S`, and not when `stop` is set."""
    for _ in range(round(LOOK_EVERY_S / 0.5)):
        if stop.is_set():
            return False
        if [notice async for notice in conn.notifies(timeout=0.5, stop_after=1)]:
            return True
    return False
