"""Pumps: tasks of the process that turn what was committed into messages for the open pages.

Each waits for its bell, reads behind its own cursor and publishes. A pump that loses the database
waits and tries again; its cursor has not moved.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from hub.cases.query import AT_ONCE, changed_since, head_position
from hub.cases.sight import people_of
from hub.cases.store import CASES_CHANNEL, StoredCase
from hub.cases.views import case_view
from hub.keep import end
from hub.live.broadcast import Item, Message, listed
from hub.live.listener import Listener
from hub.live.store import ROUND, feed_since, prime, rows
from hub.live.views import Beat, agent_views, device_now
from hub.rights.sight import path_of_agent, path_of_device
from hub.roster.store import LEAVES_CHANNEL
from hub.sites.store import SITE_CHANNEL
from hub.wiring import Parts
from ingest import clock
from ingest.feed import FEED_CHANNEL
from ingest.presence import AGENTS_CHANNEL

CHANNELS = (CASES_CHANNEL, FEED_CHANNEL, SITE_CHANNEL, AGENTS_CHANNEL, LEAVES_CHANNEL)
DEVICES_EVERY_S = 0.5
ROUNDS = 20
BEAT_S = 5.0
RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Pumps:
    """The tasks and their cursors. `prime` first, then `run`."""

    def __init__(self, parts: Parts, listener: Listener) -> None:
        self._parts = parts
        self._listener = listener
        self._log_position = 0
        self._feed_position = 0

    async def prime(self) -> None:
        """Read the present state, and from where to follow."""
        async with self._parts.pool.connection() as conn:
            await self._parts.directory.refresh(conn)
            self._log_position = await head_position(conn)
            self._feed_position = await prime(conn, self._parts.board)

    async def run(self, stop: asyncio.Event) -> None:
        """Pump until `stop` is set."""
        bell = self._listener.bell
        pumps = (
            self._listener.run(),
            self._on(bell(CASES_CHANNEL), self.cases),
            self._on(bell(SITE_CHANNEL), self.site),
            self._on(bell(LEAVES_CHANNEL), self.leaves),
            self._on(bell(AGENTS_CHANNEL), self.agents),
            self._on(bell(FEED_CHANNEL), self.feed, rest_s=DEVICES_EVERY_S),
            self._beat(),
        )
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(pump) for pump in pumps]
            await stop.wait()
            await end(tasks)

    async def cases(self) -> None:
        """Publish each case that has changed, as it is now."""
        async with self._parts.pool.connection() as conn:
            changed = await changed_since(conn, self._log_position)
        for case in changed:
            self._log_position = case.position
            view = case_view(case, self._parts.directory, self._parts.clock())
            self._parts.broadcast.publish(case_message(case, view.model_dump_json()))
        if len(changed) == AT_ONCE:
            self._listener.bell(CASES_CHANNEL).set()

    async def feed(self) -> None:
        """Take committed batches on to the board and publish the devices that changed."""
        for _ in range(ROUNDS):
            async with self._parts.pool.connection() as conn:
                commits = await feed_since(conn, self._feed_position)
            for position, batch in commits:
                self._parts.board.take(batch)
                self._feed_position = position
            if len(commits) < ROUND:
                break
        else:
            self._listener.bell(FEED_CHANNEL).set()  # show what there is, then go on
        self._devices()

    async def agents(self) -> None:
        """Publish what the agents last reported."""
        async with self._parts.pool.connection() as conn:
            found = agent_views(await rows(conn, "agents"), self._parts.directory.agents)
        where = self._parts.directory.agents
        self._parts.broadcast.publish(
            listed(
                "agents",
                "devices.read",
                (Item(path_of_agent(one.name, where), one.model_dump_json()) for one in found),
            )
        )

    async def site(self) -> None:
        """Read people, places and devices again."""
        async with self._parts.pool.connection() as conn:
            await self._parts.directory.refresh(conn)
        self._devices()
        await self.agents()

    async def leaves(self) -> None:
        """Read again who is on leave: rights of stand-ins begin and end with it."""
        async with self._parts.pool.connection() as conn:
            await self._parts.directory.refresh_leaves(conn)

    def _devices(self) -> None:
        spots, now = self._parts.directory.spots, self._parts.clock()
        lines = self._parts.board.lines
        changed = self._parts.board.take_changes(spots, now)
        if changed:
            views = [device_now(name, lines.get(name), spots[name], now) for name in changed]
            items = (Item(path_of_device(one.id, spots), one.model_dump_json()) for one in views)
            self._parts.broadcast.publish(listed("devices", "devices.read", items))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self._devices()  # silence comes without a message
            self._parts.broadcast.publish(Message("beat", beat(self._parts).model_dump_json()))

    async def _on(
        self, bell: asyncio.Event, work: Callable[[], Awaitable[None]], rest_s: float = 0
    ) -> None:
        while True:
            await bell.wait()
            bell.clear()
            try:
                await work()
            except (OperationalError, PoolTimeout) as error:
                _log.warning("%s lost the database: %s", work.__name__, type(error).__name__)
                await asyncio.sleep(RETRY_S)
                bell.set()
            await asyncio.sleep(rest_s)


def case_message(case: StoredCase, data: str) -> Message:
    """A case that has changed, for those who may read it."""
    return Message(
        "case",
        data,
        case.position,
        right="cases.read",
        path=case.grid_path,
        people=people_of(case),
    )


def beat(parts: Parts) -> Beat:
    """What is said every five seconds."""
    return Beat(time=clock.moment(parts.clock()), feed_lag_s=parts.feed_lag_s())
