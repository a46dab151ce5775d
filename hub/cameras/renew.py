"""Renewing: while somebody looks, the agents are told so again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from hub.cameras.link import MqttFrames
from hub.cameras.relay import Relay

EVERY_S = 1.0  # how often it is looked whether a look is due again


class Renewals:
    """Renews looks while it runs."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def run(self, stop: asyncio.Event) -> None:
        """Renew until `stop` is set."""
        while not stop.is_set():
            self._relay.renew()
            try:
                async with asyncio.timeout(EVERY_S):
                    await stop.wait()
            except TimeoutError:
                continue


@contextmanager
def frames_to(relay: Relay, frames: MqttFrames | None) -> Generator[None]:
    """Let frames come to the relay while the block runs."""
    if frames is None:
        yield
        return
    frames.start(relay.received)
    try:
        yield
    finally:
        frames.close()
