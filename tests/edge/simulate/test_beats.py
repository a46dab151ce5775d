from __future__ import annotations

from itertools import pairwise

import numpy as np

from edge.simulate.beats import Beats
from edge.simulate.clock import SECOND


def test_cutting_time_into_polls_changes_no_beat() -> None:
    beats = Beats(60, 2.0)
    whole = beats.due(-1, 30 * SECOND)
    edges = [-1, 0, 1, 77, 123_456, 5 * SECOND, 5 * SECOND + 1, 29 * SECOND, 30 * SECOND]
    parts = [beats.due(a, b) for a, b in pairwise(edges)]
    for field in ("device", "number", "time"):
        joined = np.concatenate([getattr(part, field) for part in parts])
        assert joined.tolist() == getattr(whole, field).tolist()


def test_every_device_reports_once_per_period() -> None:
    due = Beats(150, 5.0).due(0, 60 * SECOND)
    assert np.bincount(due.device).tolist() == [12] * 150


def test_devices_are_spread_over_the_period() -> None:
    due = Beats(60, 2.0).due(0, 2 * SECOND)
    per_poll = np.bincount(due.time // (SECOND // 10))
    assert per_poll.max() <= 5


def test_the_beats_around_a_time_enclose_it() -> None:
    beats = Beats(9, 5.0)
    for device in range(9):
        last, first = beats.last_before(device, 23 * SECOND), beats.first_from(device, 23 * SECOND)
        assert last is not None
        assert last < 23 * SECOND <= first
        assert first - last == 5 * SECOND
    assert beats.last_before(1, int(beats.phase[1])) is None
