"""Broadcast: everybody gets everything in order, or is dropped and knows it."""

from __future__ import annotations

import asyncio

from hub.live.broadcast import Broadcast, Message, Subscription


def message(number: int) -> Message:
    return Message("case", str(number), number)


async def taken(subscription: Subscription) -> list[str]:
    return [one.data async for one in subscription.messages(5) if one is not None]


def test_every_subscriber_gets_what_is_published_while_it_listens() -> None:
    async def run() -> tuple[list[str], list[str]]:
        broadcast = Broadcast()
        with broadcast.subscribe() as early:
            broadcast.publish(message(1))
            with broadcast.subscribe() as late:
                broadcast.publish(message(2))
                assert len(broadcast) == 2
                broadcast.close()
                return await taken(early), await taken(late)

    assert asyncio.run(run()) == (["1", "2"], ["2"])


def test_who_does_not_keep_up_is_dropped_counted_and_holds_nothing() -> None:
    async def run() -> tuple[list[str], list[str], int, int]:
        broadcast = Broadcast(queue=3)
        with broadcast.subscribe() as slow, broadcast.subscribe() as quick:
            got: list[str] = []
            reader = asyncio.create_task(_read(quick, got))
            for number in range(10):
                broadcast.publish(message(number))
                await asyncio.sleep(0)
            left = len(broadcast)
            slow_got = await taken(slow)
            broadcast.close()
            await reader
            return got, slow_got, broadcast.dropped, left

    async def _read(subscription: Subscription, got: list[str]) -> None:
        async for one in subscription.messages(5):
            assert one is not None
            got.append(one.data)

    assert asyncio.run(run()) == ([str(n) for n in range(10)], [], 1, 1)


def test_a_closed_broadcast_ends_newcomers_at_once() -> None:
    async def run() -> list[str]:
        broadcast = Broadcast()
        broadcast.close()
        with broadcast.subscribe() as subscription:
            broadcast.publish(message(1))
            return await taken(subscription)

    assert asyncio.run(run()) == []
