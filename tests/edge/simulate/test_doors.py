from __future__ import annotations

import numpy as np

from edge.simulate.clock import SECOND
from edge.simulate.run import Run
from edge.simulate.world import World

HOUR_S = 3600


def test_every_opening_follows_a_grant_or_is_forced(world: World, morning: int) -> None:
    run = Run(world, morning)
    spans = run.doors.open_spans(0, HOUR_S * SECOND)
    swipes = run.door_swipes(-60 * SECOND, HOUR_S * SECOND)
    door_of_swipe = swipes.reader // 2 - len(world.rooms.visited)
    forced = {(t.target, t.start) for t in run.doors.forced(0, HOUR_S * SECOND)}
    assert len(forced) >= 1
    for door, opens in zip(spans.door.tolist(), spans.opens.tolist(), strict=True):
        near = np.abs(swipes.time[door_of_swipe == door] - opens)
        if (door, opens) in forced:
            assert near.min() > 25 * SECOND
        else:
            assert near.min() < 2 * SECOND


def test_a_door_is_never_opened_while_open(world: World, morning: int) -> None:
    run = Run(world, morning)
    spans = run.doors.open_spans(0, HOUR_S * SECOND)
    for door in range(8):
        own = spans.door == door
        order = np.argsort(spans.opens[own])
        opens, closes = spans.opens[own][order], spans.closes[own][order]
        assert (opens[1:] > closes[:-1]).all()


def test_guards_swipe_in_before_they_swipe_out(world: World, night: int) -> None:
    run = Run(world, night)
    swipes = run.door_swipes(0, HOUR_S * SECOND)
    for guard in set(swipes.person.tolist()):
        ways = (swipes.reader[swipes.person == guard] % 2).tolist()
        start = 1 if ways[0] else 0  # an hour may cut a visit in two
        assert ways[start::2] == [0] * len(ways[start::2])
        assert ways[start + 1 :: 2] == [1] * len(ways[start + 1 :: 2])
