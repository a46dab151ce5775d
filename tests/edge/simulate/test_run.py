from __future__ import annotations

import numpy as np

from edge.simulate.clock import DAY, HOUR, SECOND, local_time
from edge.simulate.history import history_columns
from edge.simulate.run import Run
from edge.simulate.world import World


def test_live_swipes_go_on_where_history_ends(world: World, morning: int) -> None:
    """What a run sends in its first hour is what history tells of that hour a day later."""
    run = Run(world, morning)
    residents = run.resident_swipes(-1, HOUR)
    later = history_columns(world, morning + DAY, 1)
    told = next(later)
    told = told.where((told.time <= local_time(morning) + HOUR) & (told.person < 3000))
    assert (residents.time + run.clock.local_origin).tolist() == told.time.tolist()
    assert residents.person.tolist() == told.person.tolist()
    assert residents.reader.tolist() == told.reader.tolist()


def test_the_turn_of_the_campus_day_loses_nothing(world: World, night: int) -> None:
    run = Run(world, night)  # 03:30; the campus day turns at 04:00
    whole = run.resident_swipes(-1, 4 * HOUR)
    cuts = [-1, 1800 * SECOND - 1, 1800 * SECOND, 3 * HOUR, 4 * HOUR]
    parts = [run.resident_swipes(cuts[i], cuts[i + 1]).time for i in range(4)]
    assert np.concatenate(parts).tolist() == whole.time.tolist()
    assert len(whole) > 1000
