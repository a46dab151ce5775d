"""Keeping tasks going: what must run as long as the hub does is started again when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias

from ingest.failures import without_values

RETRY_S = 1.0
WELL_AFTER_S = 5.0  # a task that has run so long is no longer called failing
CANCEL_AGAIN_S = 0.1
STOP_S = 2.0  # longest that a task may take to finish what it does

Run: TypeAlias = Callable[[asyncio.Event], Awaitable[None]]

_log = logging.getLogger(__name__)


@asynccontextmanager
async def kept_going(tasks: Mapping[str, Run], failing: set[str]) -> AsyncGenerator[None]:
    """Run the tasks while the block runs; each is given an event that asks it to stop.

    `failing` always names the tasks that are in trouble.
    """
    stop = asyncio.Event()
    running = [asyncio.create_task(_keep(name, run, stop, failing)) for name, run in tasks.items()]
    try:
        yield
    finally:
        stop.set()
        if running:
            await asyncio.wait(running, timeout=STOP_S)
        await end(running)


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended.

    Before Python 3.12 `wait_for` forgets a cancellation that comes together with what it waits for
    (python/cpython#86296), and psycopg waits by it: once is not enough.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)


async def _keep(name: str, run: Run, stop: asyncio.Event, failing: set[str]) -> None:
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        well = loop.call_later(WELL_AFTER_S, failing.discard, name)
        try:
            await run(stop)
        except Exception as error:  # told in the log and in `failing`; the other tasks go on
            _log.error("%s failed; starting it again: %s", name, without_values(error))
            failing.add(name)
            await asyncio.sleep(RETRY_S)
        finally:
            well.cancel()
