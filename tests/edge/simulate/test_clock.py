from __future__ import annotations

import numpy as np
import pytest

from edge.simulate.clock import HOUR, SECOND, WorldClock, campus_day, day_start, local_time


@pytest.mark.parametrize("speed", [1.0, 1.5, 7.0, 60.0, 999.7])
def test_world_time_is_the_latest_that_is_not_after_the_event(speed: float) -> None:
    clock = WorldClock(origin=1_795_000_000_000_000, speed=speed)
    for event in range(clock.origin, clock.origin + 5000, 7):
        world = clock.world(event)
        assert clock.event(world) <= event < clock.event(world + 1)


def test_columns_and_single_times_agree() -> None:
    clock = WorldClock(origin=1_795_000_000_000_000, speed=3.3)
    world = np.arange(0, 10_000, 13)
    assert clock.events(world).tolist() == [clock.event(int(one)) for one in world]


def test_devices_never_report_more_rarely_than_they_promise() -> None:
    with pytest.raises(ValueError, match=r"speed 0\.5: must be 1 \(real time\) or more"):
        WorldClock(origin=0, speed=0.5)


def test_a_campus_day_starts_at_four_in_the_morning() -> None:
    utc_midnight = 1_795_046_400_000_000
    assert utc_midnight % (24 * HOUR) == 0
    eight = local_time(utc_midnight)
    day = campus_day(eight)
    assert campus_day(eight - 4 * HOUR) == day
    assert campus_day(eight - 4 * HOUR - SECOND) == day - 1
    assert day_start(day) == eight - 4 * HOUR
