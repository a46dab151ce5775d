"""The relay: who looks at what, and what it costs."""

from __future__ import annotations

import asyncio

import pytest

from edge.look import Frame, Look
from hub.cameras.domain import LOOK_S, MOST_VIEWERS
from hub.cameras.relay import Relay, Target, TooManyViewersError

ONE = {"camera-1": Target("site", "agent-1")}
BOTH = ONE | {"camera-2": Target("site", "agent-1")}


class FakeLink:
    def __init__(self) -> None:
        self.linked = True
        self.followed: set[str] = set()
        self.looks: list[Look] = []

    def follow(self, camera: str, target: Target) -> None:
        del target
        self.followed.add(camera)

    def leave(self, camera: str, target: Target) -> None:
        del target
        self.followed.discard(camera)

    def look(self, look: Look, target: Target) -> None:
        del target
        self.looks.append(look)


class Steady:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_looks_are_sent_while_somebody_looks_and_ended_with_the_last_one() -> None:
    """SE-15 in part: frames flow only while a desk looks."""
    link, clock = FakeLink(), Steady()
    relay = Relay(link, clock)
    with relay.view(ONE):
        assert link.looks == [Look("camera-1", LOOK_S)]
        with relay.view(BOTH):
            assert link.followed == {"camera-1", "camera-2"}
            relay.renew()
            assert len(link.looks) == 2
            clock.now += 5
            relay.renew()
            assert len(link.looks) == 4
        assert link.looks[-1] == Look("camera-2", 0)
        assert link.followed == {"camera-1"}
    assert link.looks[-1] == Look("camera-1", 0)
    assert (link.followed, relay.watched, relay.viewers) == (set(), 0, 0)
    clock.now += 60
    relay.renew()
    assert link.looks[-1] == Look("camera-1", 0)


def test_a_slow_viewer_gets_the_newest_frame_and_others_miss_nothing() -> None:
    relay = Relay(FakeLink(), Steady())

    async def run() -> None:
        with relay.view(ONE) as slow, relay.view(ONE) as quick:
            for time in range(1, 6):
                relay.received("camera-1", Frame(time, b"jpeg"))
                assert (await quick.wait(1))["camera-1"].time == time
            assert (await slow.wait(1))["camera-1"].time == 5
            assert (slow.dropped, quick.dropped) == (4, 0)
            assert await slow.wait(0.01) == {}

    asyncio.run(run())
    assert relay.counts.dropped_for_viewers == 4
    assert (relay.counts.frames, relay.counts.bytes) == (5, 20)


def test_what_nobody_looks_at_any_more_is_not_kept() -> None:
    relay = Relay(FakeLink(), Steady())
    relay.received("camera-1", Frame(1, b"late"))
    assert relay.counts.frames == 0


def test_drops_of_the_agent_are_counted_once() -> None:
    relay = Relay(FakeLink(), Steady())
    with relay.view(ONE):
        for dropped in (0, 2, 2, 5, 0, 1):  # the agent begins to count anew with each look
            relay.received("camera-1", Frame(1, b"x", dropped))
    assert relay.counts.dropped_by_agents == 6


def test_viewers_are_bounded() -> None:
    relay = Relay(FakeLink(), Steady())
    stack = [relay.view(ONE) for _ in range(MOST_VIEWERS)]
    for one in stack:
        one.__enter__()
    with pytest.raises(TooManyViewersError), relay.view(ONE):
        pass
    stack[0].__exit__(None, None, None)
    with relay.view(ONE) as viewer:
        assert relay.sights(viewer) == {"camera-1": "waiting"}
    assert relay.counts.refused_viewers == 1
    for one in stack[1:]:
        one.__exit__(None, None, None)


def test_a_viewer_is_told_what_changes_and_no_more() -> None:
    link, clock = FakeLink(), Steady()
    relay = Relay(link, clock)
    with relay.view(ONE) as viewer:
        assert viewer.changed(relay.sights(viewer)) == {"camera-1": "waiting"}
        assert viewer.changed(relay.sights(viewer)) == {}
        clock.now += 5
        assert viewer.changed(relay.sights(viewer)) == {"camera-1": "no_frames"}
        relay.received("camera-1", Frame(1, b"x"))
        assert viewer.changed(relay.sights(viewer)) == {"camera-1": "live"}
        link.linked = False
        clock.now += 5
        assert viewer.changed(relay.sights(viewer)) == {"camera-1": "no_link"}
