from __future__ import annotations

import time

import numpy as np

from edge.simulate.clock import DAY, local_time
from edge.simulate.history import MOST_SWIPES, history, history_columns
from edge.simulate.world import World


def test_fourteen_days_hold_some_hundred_thousand_swipes_and_come_quickly(
    world: World, morning: int
) -> None:
    started = time.process_time()
    count = sum(len(sample) for sample in history(world, morning, 14))
    assert 300_000 < count < 750_000
    assert time.process_time() - started < 5


def test_samples_are_in_order_bounded_and_end_at_the_origin(world: World, morning: int) -> None:
    times: list[int] = []
    for sample in history(world, morning, 2):
        assert 0 < len(sample.swipes) <= MOST_SWIPES
        assert len(sample.swipes) == len(sample)
        times += [swipe.time for swipe in sample.swipes]
    assert times == sorted(times)
    assert morning - 2 * DAY <= times[0]
    assert times[-1] < morning


def test_two_days_are_the_end_of_three(world: World, night: int) -> None:
    two = np.concatenate([day.time for day in history_columns(world, night, 2)])
    three = np.concatenate([day.time for day in history_columns(world, night, 3)])
    cut = local_time(night) - 2 * DAY
    assert two.tolist() == three[three >= cut].tolist()


def test_no_history_is_no_samples(world: World, morning: int) -> None:
    assert list(history(world, morning, 0)) == []


def test_readers_and_cards_are_those_of_the_site(world: World, morning: int) -> None:
    readers = {device.id for device in world.of_kind("reader")}
    cards = set(world.people.cards)
    seen: set[str] = set()
    for sample in history(world, morning, 1):
        for swipe in sample.swipes:
            seen.add(swipe.reader)
            assert swipe.card in cards
    assert seen <= readers
    assert len(seen) == len(readers)
