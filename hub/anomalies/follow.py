"""Follow: judge the feed as it is committed, and bring what is found to the cases.

A follower that is killed anywhere judges the rows after its last save again and finds the same,
under the same keys: nothing is missed and nothing is doubled.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from psycopg import AsyncConnection, InterfaceError, OperationalError, sql

from edge.wire import Micros
from hub.anomalies import store
from hub.anomalies.session import Progress, Session
from hub.plans.check import accepted
from hub.plans.domain import Plan
from hub.shutoffs.store import SHUT_OFFS_CHANNEL
from hub.sites.store import SITE_CHANNEL
from ingest.feed import FEED_CHANNEL

TICK_S = 0.1  # ours: with the 0.5 s that a late grant is waited for, doors stay within a second
STANDBY_S = 1.0  # ours: how soon a waiting follower takes over from one that went
RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Follower:
    """Runs a plan's detectors over the feed, over all losses of the database."""

    def __init__(
        self,
        database_url: str,
        plan: Plan,
        clock: Callable[[], Micros],
        *,
        name: str = "hub",
    ) -> None:
        """`name` is the cursor's: of several followers of one name one judges, the others wait.

        Raises:
            PlanRefusedError: the plan may not take effect.
        """
        self._url = database_url
        self._plan = accepted(plan)
        self._clock = clock
        self._name = name
        self.progress = Progress()

    @property
    def position(self) -> int:
        """The feed row judged last."""
        return self.progress.position

    @property
    def lag_s(self) -> float | None:
        """How long ago everything received was judged; None before the first look at the feed."""
        judged = self.progress.judged
        return None if judged is None else max(0, self._clock() - judged) / 1e6

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until `stop` is set, connecting again whenever the database went away."""
        while not stop.is_set():
            try:
                async with await AsyncConnection.connect(self._url, autocommit=True) as conn:
                    await self._follow(conn, stop)
            except (OperationalError, InterfaceError) as error:
                _log.warning("follower lost the database: %s", type(error).__name__)
                await _pause(stop, RETRY_S)

    async def _follow(self, conn: AsyncConnection[Any], stop: asyncio.Event) -> None:
        for channel in (FEED_CHANNEL, SITE_CHANNEL, SHUT_OFFS_CHANNEL):
            await conn.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
        while not await store.take_turn(conn, self._name):
            await _pause(stop, STANDBY_S)
            if stop.is_set():
                return
        session = await Session.resume(
            conn, name=self._name, plan=self._plan, clock=self._clock, progress=self.progress
        )
        while not stop.is_set():
            if not session.has_site:
                await session.hear(STANDBY_S)
                continue
            at_end = await session.read_page()
            await session.save()  # an alarm does not wait for what the clock brings
            if at_end:
                await session.tick()
                await session.save()
                await session.hear(TICK_S)
        await session.save(at_once=True)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
