"""Broadcast: one message to every open page, each through a bounded queue of its own.

A page that does not keep up is dropped, so that it cannot hold memory; its browser connects
again and resumes from the last event it saw.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass

QUEUE = 256  # messages held for one page; ours


@dataclass(frozen=True, slots=True)
class Message:
    """One server-sent event; `data` is JSON. A page resumes from the last `position` it saw."""

    event: str
    data: str
    position: int | None = None


class Subscription:
    """What one page has still to be sent."""

    def __init__(self, size: int) -> None:
        # One place more than messages: for None, which says that no more will come.
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue(size + 1)

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Messages in order until the subscription ends."""
        while (message := await self._queue.get()) is not None:
            yield message

    def offer(self, message: Message) -> bool:
        """Queue a message; False when there is no room."""
        if self._queue.qsize() >= self._queue.maxsize - 1:
            return False
        self._queue.put_nowait(message)
        return True

    def end(self, *, at_once: bool = False) -> None:
        """Let no more messages follow; `at_once` also forgets those that wait."""
        while at_once and not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)


class Broadcast:
    """Fans messages out to the subscriptions of one process."""

    def __init__(self, queue: int = QUEUE) -> None:
        self._size = queue
        self._open: set[Subscription] = set()
        self._closed = False
        self.dropped = 0

    def __len__(self) -> int:
        """How many pages are subscribed."""
        return len(self._open)

    @contextmanager
    def subscribe(self) -> Generator[Subscription]:
        """A subscription to what is published from now on."""
        subscription = Subscription(self._size)
        if self._closed:
            subscription.end()
        else:
            self._open.add(subscription)
        try:
            yield subscription
        finally:
            self._open.discard(subscription)

    def publish(self, message: Message) -> None:
        """Send to everyone; whose queue is full is dropped and counted."""
        for subscription in [s for s in self._open if not s.offer(message)]:
            self._open.discard(subscription)
            subscription.end(at_once=True)
            self.dropped += 1

    def close(self) -> None:
        """End every subscription, after what is queued; later ones end at once."""
        self._closed = True
        for subscription in self._open:
            subscription.end()
        self._open.clear()
