from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.trend import Trend, TrendState
from hub.anomalies.row import Row
from hub.plans.domain import TrendRule

HOUR, DAY = 3600, 86_400
RULE = TrendRule(
    kind="hydrant_pressure_trend",
    watches="hydrant",
    quantity="pressure",
    unit="MPa",
    side="falling",
    sample_s=HOUR,
    least_deviation=0.002,
    learn=5,
    grade="general",
    due_minutes=60,
    source={},
)


def pressure(second: float, rng: np.random.Generator) -> float:
    """Like a network's: a daily swing and some noise."""
    return 0.35 + 0.04 * math.cos(second / DAY * math.tau) + rng.normal(0, 0.004)


def told(script: Any, days: int, leak_from: float, leak_to: float, seed: int = 1) -> list[Any]:
    """A leak that grows by 0.01 MPa a day between two days; a reading every ten minutes."""
    rng = np.random.default_rng(seed)
    detector = Trend("trend", RULE, script.spots(h="hydrant"))
    state, found = detector.start(), []
    for day in range(days):
        events = []
        for second in range(day * DAY, (day + 1) * DAY, 600):
            at = second / DAY
            leak = 0.01 * (at - leak_from) if leak_from <= at < leak_to else 0
            events.append(script.reading(second, "h", "pressure", pressure(second, rng) - leak))
        state, more = detector.step(state, Row(script.batch(events)), 0)
        found += more
    return script.tell(found)


def test_a_slow_leak_is_found_before_any_limit_and_tracked_until_it_ends(script: Any) -> None:
    """HZ-17: warns of a worsening trend before a limit is crossed, until the risk ends."""
    raised, over = told(script, 30, 20, 26)
    assert raised.what == "hydrant_pressure_trend"
    assert 20 <= raised.at / DAY <= 21.5
    lowest = 0.31 - 0.01 * (raised.at / DAY - 20)
    assert lowest > 0.14
    assert 26 <= over.at / DAY <= 26.5


def test_the_daily_swing_alone_is_no_trend(script: Any) -> None:
    assert [t for seed in range(4) for t in told(script, 20, 99, 99, seed)] == []


def test_a_rise_is_none_of_a_falling_rule(script: Any) -> None:
    assert told(script, 25, 20, 20) == []


class Oracle:
    """One device, one reading at a time, in plain floats."""

    def __init__(self, rule: TrendRule) -> None:
        self.rule = rule
        self.hours: dict[int, tuple[float, float, int]] = {}
        self.sample: tuple[int, list[float]] | None = None
        self.last = -1
        self.up = self.down = 0.0
        self.raised = False
        self.good = 0
        self.found: list[tuple[str, float]] = []

    def reading(self, second: int, value: float) -> None:
        if second < self.last:
            return
        self.last = second
        number = second // HOUR
        if self.sample is not None and number > self.sample[0]:
            self.judge(*self.sample)
            self.sample = None
        if self.sample is None:
            self.sample = (number, [])
        self.sample[1].append(value)

    def judge(self, number: int, values: list[float]) -> None:
        # ORIGIN is not a full hour: its own is 14:13:20.
        rule, hour = self.rule, number % 24
        total = 0.0
        for value in values:
            total += value
        x = total / len(values)
        mean, variance, learned = self.hours.get(hour, (0.0, 0.0, 0))
        z, judged, was = 0.0, learned >= rule.learn, self.raised
        if judged:
            z = (x - mean) / max(math.sqrt(variance), rule.least_deviation or 0)
            self.up = max(0, self.up + z - rule.k)
            self.down = max(0, self.down - z - rule.k)
        if not was and self.down > rule.h:
            self.raised, self.good = True, 0
            self.found.append(("raised", (number + 1) * HOUR))
        learn = not was and max(self.up, self.down) <= rule.h / 2
        if was and judged:
            self.good = self.good + 1 if -z < rule.clear_sigma else 0
            if self.good >= rule.clear_samples:
                self.raised, self.good, self.up, self.down = False, 0, 0.0, 0.0
                self.found.append(("over", (number + 1) * HOUR))
        if learn:
            w = max(rule.weight, 1 / (learned + 1))
            d = x - mean
            self.hours[hour] = (mean + w * d, (1 - w) * (variance + w * d * d), learned + 1)


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(-600, 5000), st.sampled_from([0.3, 0.301, 0.29, 0.2])),
        min_size=60,
        max_size=150,
    ),
    cuts=st.sets(st.integers(0, 150)),
    restarts=st.sets(st.integers(0, 150)),
)
def test_cuts_and_restarts_change_nothing_and_a_slow_walk_finds_the_same(
    script: Any, steps: list[tuple[int, float]], cuts: set[int], restarts: set[int]
) -> None:
    rule = msgspec.structs.replace(RULE, learn=2, clear_samples=2)
    detector = Trend("trend", rule, script.spots(h="hydrant"))
    base = script.micros(0) // 1_000_000
    story, second = [], 0
    for passed, value in steps:
        second = max(second + passed, 0)
        story.append((second, value))
    events = [script.reading(second, "h", "pressure", value) for second, value in story]

    def run(cut: set[int], again: set[int]) -> list[Any]:
        state, found = detector.start(), []
        edges = [0, *sorted(edge for edge in cut if edge < len(events)), len(events)]
        for number, (start, end) in enumerate(pairwise(edges)):
            if number in again:
                state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=TrendState)
            state, more = detector.step(state, Row(script.batch(events[start:end])), 0)
            found += more
        return script.tell(found)

    one_by_one = run(set(range(len(events))), set())
    assert run(cuts, restarts) == one_by_one
    walk = Oracle(rule)
    for second, value in story:
        walk.reading(base + second, value)
    assert [
        ("over" if t.what.endswith("over") else "raised", t.at + base) for t in one_by_one
    ] == walk.found
