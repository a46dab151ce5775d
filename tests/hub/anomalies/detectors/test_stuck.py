from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.stuck import Stuck, StuckState
from hub.anomalies.row import Row
from hub.plans.domain import StuckRule

RULE = StuckRule(
    kind="sensor_stuck",
    watches="hydrant",
    quantity="pressure",
    unit="MPa",
    epsilon=0.001,
    duration_s=60,
    but=[0],
    grade="general",
    due_minutes=60,
    source={},
)


def told(script: Any, story: list[tuple[float, float]], until: float = 0) -> list[Any]:
    detector = Stuck("stuck", RULE, script.spots(h="hydrant"))
    batches = [script.batch([script.reading(t, "h", "pressure", v)]) for t, v in story]
    return script.play(detector, batches, until=until)


def held(value: float, start: int, end: int) -> list[tuple[float, float]]:
    return [(float(second), value) for second in range(start, end + 1, 5)]


def test_a_value_that_never_moves_is_raised_once_and_over_with_the_next(script: Any) -> None:
    """SE-06: a sensor that is broken says the same for ever."""
    story = [(0.0, 0.25), *held(0.3, 5, 200), (205.0, 0.31)]
    assert told(script, story) == [
        ("sensor_stuck", "h", 5, 65),
        ("sensor_stuck over", "h", 5, 205),
    ]


def test_a_value_that_moves_is_fine(script: Any) -> None:
    assert told(script, [(t, 0.3 + t / 10_000) for t in range(0, 300, 5)]) == []
    assert told(script, [(t, 0.3 + (t % 10) / 1000) for t in range(0, 300, 5)]) == []


def test_a_silent_device_is_not_stuck(script: Any) -> None:
    assert told(script, [(0, 0.3), (5, 0.3), (200, 0.3), (205, 0.3)], until=500) == []


def test_values_that_may_stay_are_fine(script: Any) -> None:
    assert told(script, held(0.0, 0, 500)) == []


def test_it_is_due_by_the_clock(script: Any) -> None:
    assert told(script, held(0.3, 0, 58), until=60.2) == []
    assert told(script, held(0.3, 0, 58), until=60.4) == [("sensor_stuck", "h", 0, 60)]


def oracle(story: list[tuple[str, int, float]]) -> list[tuple[str, float, float]]:
    """Runs that lasted long enough, by walking over each device's readings."""
    found: list[tuple[str, float, float]] = []
    runs: dict[str, tuple[int, float, bool]] = {}
    newest: dict[str, int] = {}
    for name, time, value in story:
        if time < newest.get(name, time):
            continue
        last = newest.get(name)
        newest[name] = time
        if name in runs and last is not None:
            since, first, raised = runs[name]
            if not raised and first != 0 and since + 60 < time and since + 60 <= last + 7.5:
                found.append((name, since, since + 60))
                runs[name] = (since, first, True)
        gap = last is not None and time - last > 15
        if name not in runs or abs(value - runs[name][1]) > 0.001 or gap:
            runs[name] = (time, value, False)
        since, first, raised = runs[name]
        if not raised and first != 0 and time - since >= 60:
            found.append((name, since, since + 60))
            runs[name] = (since, first, True)
    return found


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["h0", "h1"]),
            st.sampled_from([-1, 0, 3, 7, 12]),
            st.sampled_from([0.3, 0.3, 0.3, 0.3004, 0.4, 0.0]),
        ),
        max_size=70,
    ),
    cuts=st.sets(st.integers(0, 70)),
    restarts=st.sets(st.integers(0, 70)),
)
def test_cuts_and_restarts_change_nothing_and_a_slow_walk_finds_the_same(
    script: Any, steps: list[tuple[str, int, float]], cuts: set[int], restarts: set[int]
) -> None:
    detector = Stuck("stuck", RULE, script.spots(h0="hydrant", h1="hydrant"))
    story, second = [], 0
    for name, passed, value in steps:
        second = max(second + passed, 0)
        story.append((name, second, value))
    events = [script.reading(t, name, "pressure", v) for name, t, v in story]

    def run(cut: set[int], again: set[int]) -> list[Any]:
        state, found = detector.start(), []
        edges = [0, *sorted(edge for edge in cut if edge < len(events)), len(events)]
        for number, (start, end) in enumerate(pairwise(edges)):
            if number in again:
                state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=StuckState)
            state, more = detector.step(state, Row(script.batch(events[start:end])), 0)
            found += more
        return sorted(script.tell(found))

    one_by_one = run(set(range(len(events))), set())
    assert run(cuts, restarts) == one_by_one
    raised = [(t.device, t.started, t.at) for t in one_by_one if t.what == "sensor_stuck"]
    assert raised == sorted(oracle(story))
