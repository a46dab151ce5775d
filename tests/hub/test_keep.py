"""Tasks that must run as long as the hub does."""

from __future__ import annotations

import asyncio
import logging

import pytest

from hub import keep
from hub.keep import end, kept_going


def test_a_task_that_fails_is_named_logged_and_started_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(keep, "RETRY_S", 0.01)
    monkeypatch.setattr(keep, "WELL_AFTER_S", 0.05)
    starts = 0
    failing: set[str] = set()

    async def work(stop: asyncio.Event) -> None:
        nonlocal starts
        starts += 1
        if starts < 3:
            raise RuntimeError("out of sorts")
        await stop.wait()

    async def run() -> tuple[set[str], set[str]]:
        async with kept_going({"work": work}, failing):
            await asyncio.sleep(0.03)
            early = set(failing)
            await asyncio.sleep(0.15)
            return early, set(failing)

    with caplog.at_level(logging.CRITICAL):
        assert asyncio.run(run()) == ({"work"}, set())
    assert starts == 3


def test_a_task_may_finish_what_it_does() -> None:
    done: list[str] = []

    async def work(stop: asyncio.Event) -> None:
        await stop.wait()
        done.append("saved")

    async def run() -> None:
        async with kept_going({"work": work}, set()):
            await asyncio.sleep(0)

    asyncio.run(run())
    assert done == ["saved"]


def test_a_task_that_will_not_stop_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "STOP_S", 0.01)

    async def work(stop: asyncio.Event) -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        async with kept_going({"work": work}, set()):
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(run(), 2))


def test_a_task_that_forgets_a_cancellation_is_ended_all_the_same() -> None:
    async def forgetful() -> None:
        while True:
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                if len(forgotten) == 2:
                    raise
                forgotten.append(True)

    async def run() -> None:
        task = asyncio.create_task(forgetful())
        await asyncio.sleep(0)
        await asyncio.wait_for(end([task]), 3)

    forgotten: list[bool] = []
    asyncio.run(run())
    assert len(forgotten) == 2
