"""Broadcast: one message to every open page, each through a bounded queue of its own.

A page that does not keep up is dropped, so that it cannot hold memory; its browser connects
again and resumes from the last event it saw.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass

from hub.rights.domain import EVERYWHERE, Actor, Path, Right, may

QUEUE = 256  # messages held for one page; ours


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a list, as JSON, and the grids that it lies in."""

    path: Path
    data: str


@dataclass(frozen=True, slots=True)
class Message:
    """One server-sent event; `data` is JSON. A page resumes from the last `position` it saw.

    With a `right`, it is for those who have it: over `path`, or who are among `people`, or, of a
    list of `items`, over the path of each.
    """

    event: str
    data: str
    position: int | None = None
    right: Right | None = None
    path: Path = ()
    people: frozenset[str] = frozenset()
    items: tuple[Item, ...] | None = None

    def cut_for(self, actor: Actor) -> str | None:
        """The data that somebody may see; None: nothing of it."""
        if self.right is None or actor.reach(self.right) is EVERYWHERE:
            return self.data
        if self.items is not None:
            seen = [one.data for one in self.items if may(actor, self.right, one.path)]
            return f"[{','.join(seen)}]" if seen else None
        theirs = actor.person in self.people and self.right in actor.scopes
        return self.data if theirs or may(actor, self.right, self.path) else None


def listed(event: str, right: Right, items: Iterable[Item]) -> Message:
    """A list of which everybody is sent what they may see."""
    kept = tuple(items)
    return Message(event, f"[{','.join(one.data for one in kept)}]", right=right, items=kept)


class Subscription:
    """What one page has still to be sent."""

    def __init__(self, size: int) -> None:
        # One place more than messages: for None, which says that no more will come.
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue(size + 1)

    async def messages(self, patience_s: float) -> AsyncIterator[Message | None]:
        """Messages in order until the subscription ends; None whenever there was none so long."""
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    message = await self._queue.get()
            except TimeoutError:
                yield None
                continue
            if message is None:
                return
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
