"""Keeping tasks going: what must run as long as the hub does is started again when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

RETRY_S = 1.0
WELL_AFTER_S = 5.0  # a task that has run so long is no longer called failing

_log = logging.getLogger(__name__)


@asynccontextmanager
async def kept_going(
    tasks: Mapping[str, Callable[[], Awaitable[None]]], failing: set[str]
) -> AsyncGenerator[None]:
    """Run the tasks while the block runs, then cancel them; `failing` names those in trouble."""
    running = [asyncio.create_task(_keep(name, run, failing)) for name, run in tasks.items()]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _keep(name: str, run: Callable[[], Awaitable[None]], failing: set[str]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        well = loop.call_later(WELL_AFTER_S, failing.discard, name)
        try:
            await run()
            _log.error("%s ended; starting it again", name)
        except Exception:
            _log.exception("%s failed; starting it again", name)
        finally:
            well.cancel()
        failing.add(name)
        await asyncio.sleep(RETRY_S)
