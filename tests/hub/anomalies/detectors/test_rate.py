from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.rate import KEPT, Rate, RateState
from hub.anomalies.row import Row
from hub.plans.domain import RateRule

FALL = RateRule(
    kind="hydrant_pressure_trend",
    watches="hydrant",
    quantity="pressure",
    unit="MPa",
    side="falling",
    window_s=60,
    per_minute=0.1,
    clear_per_minute=0.05,
    clear_s=20,
    grade="serious",
    due_minutes=60,
    source={},
)


def told(script: Any, rule: RateRule, story: list[tuple[float, float]]) -> list[Any]:
    detector = Rate("fall", rule, script.spots(h="hydrant"))
    batches = [script.batch([script.reading(t, "h", "pressure", v)]) for t, v in story]
    return script.play(detector, batches)


def line(start: int, end: int, value: float, per_minute: float) -> list[tuple[float, float]]:
    return [(float(t), value + per_minute * (t - start) / 60) for t in range(start, end + 1, 5)]


def test_a_fall_faster_than_the_limit_is_raised_and_over_when_it_ends(script: Any) -> None:
    """SE-06: a pressure that falls fast is noticed before it is low."""
    story = line(0, 60, 0.4, 0) + line(65, 120, 0.4, -0.2) + line(125, 300, 0.2, 0)
    (raised, over) = told(script, FALL, story)
    assert raised.what == "hydrant_pressure_trend"
    assert 80 <= raised.at <= 110
    assert 125 <= over.at <= 220


def test_a_slow_fall_and_a_rise_are_fine(script: Any) -> None:
    assert told(script, FALL, line(0, 300, 0.4, -0.05)) == []
    assert told(script, FALL, line(0, 300, 0.1, 0.5)) == []
    rising = msgspec.structs.replace(FALL, side="rising")
    either = msgspec.structs.replace(FALL, side="either")
    assert len(told(script, rising, line(0, 300, 0.1, 0.5))) == 1
    assert len(told(script, either, line(0, 300, 0.1, 0.5))) == 1


def test_a_first_reading_has_no_rate(script: Any) -> None:
    assert told(script, FALL, [(0, 0.5), (1, 0.0)]) == []


def oracle(story: list[tuple[str, int, float]], rule: RateRule) -> list[tuple[str, float]]:
    """When each device begins to break the rule, by keeping all of its readings in a list."""
    kept: dict[str, list[tuple[int, float]]] = {}
    newest: dict[str, int] = {}
    begins: list[tuple[str, float]] = []
    raised: set[str] = set()
    good: dict[str, int] = {}
    window = rule.window_s
    for name, time, value in story:
        if time < newest.get(name, time):
            continue
        newest[name] = time
        if name in good and time >= good[name] + rule.clear_s:  # the good value held until now
            raised.discard(name)
            del good[name]
        mine = kept.setdefault(name, [])
        within = [(t, v) for t, v in mine[-KEPT:] if t >= time - window]
        if within and time - within[0][0] >= window / 2:
            rate = (value - within[0][1]) / ((time - within[0][0]) / 60)
        else:
            rate = None
        if not mine or time - mine[-1][0] >= window / KEPT:
            mine.append((time, value))
        if rate is not None and -rate >= rule.per_minute:
            if name not in raised:
                begins.append((name, float(time)))
                raised.add(name)
            good.pop(name, None)
        elif name in raised:
            if rate is not None and -rate < rule.clear_per_minute:
                if time - good.setdefault(name, time) >= rule.clear_s:
                    raised.discard(name)
                    del good[name]
            else:
                good.pop(name, None)
        if name in good and time - good[name] >= rule.clear_s:
            raised.discard(name)
            del good[name]
    return begins


STORIES = st.lists(
    st.tuples(st.sampled_from(["h0", "h1"]), st.integers(0, 9), st.sampled_from([0.1, 0.2, 0.4])),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(steps=STORIES, cuts=st.sets(st.integers(0, 60)), restarts=st.sets(st.integers(0, 60)))
@example(  # bad again at the very moment at which it was good for long enough
    steps=[
        ("h0", passed, value)
        for passed, value in ((0, 0.2), (8, 0.1), (9, 0.1), (9, 0.1), (9, 0.1), (1, 0.2))
    ]
    + [("h0", 5, 0.2), ("h0", 9, 0.2), ("h0", 9, 0.1)],
    cuts=set(),
    restarts=set(),
)
def test_cuts_and_restarts_change_nothing_and_a_slow_walk_finds_the_same(
    script: Any, steps: list[tuple[str, int, float]], cuts: set[int], restarts: set[int]
) -> None:
    spots = {name: script.spot(name, "hydrant", report_s=1000) for name in ("h0", "h1")}
    detector = Rate("fall", FALL, spots)
    story, second = [], 0
    for name, passed, value in steps:
        second += passed - 1  # sometimes back in time
        story.append((name, max(second, 0), value))
    events = [script.reading(t, name, "pressure", v) for name, t, v in story]

    def run(cut: set[int], again: set[int]) -> list[Any]:
        state, found = detector.start(), []
        edges = [0, *sorted(edge for edge in cut if edge < len(events)), len(events)]
        for number, (start, end) in enumerate(pairwise(edges)):
            if number in again:
                state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=RateState)
            state, more = detector.step(state, Row(script.batch(events[start:end])), 0)
            found += more
        return sorted(script.tell(found))

    one_by_one = run(set(range(len(events))), set())
    assert run(cuts, restarts) == one_by_one
    begins = sorted((t.device, t.started) for t in one_by_one if t.what == "hydrant_pressure_trend")
    assert begins == sorted(oracle(story, FALL))
