from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.repeated import Repeated, RepeatedState
from hub.anomalies.domain import Anomaly
from hub.anomalies.row import Row
from hub.plans.domain import RepeatedRule

RULE = RepeatedRule(
    kind="smoke_fault",
    state="fault",
    count=3,
    within_s=30,
    quiet_s=60,
    grade="serious",
    due_minutes=60,
    source={},
)


def told(script: Any, seconds: list[float], until: float = 0) -> list[Any]:
    detector = Repeated("again", RULE, script.spots(s="smoke"))
    batches = [script.batch([script.word(second, "s", "fault")]) for second in seconds]
    return script.play(detector, batches, until=until)


def test_three_in_the_window_are_raised_once(script: Any) -> None:
    """SE-04: repeated within a window."""
    assert told(script, [0, 20, 40, 60]) == []
    assert told(script, [0, 10, 30, 31, 32]) == [("smoke_fault", "s", 0, 30)]


def test_it_is_over_when_it_does_not_recur(script: Any) -> None:
    assert len(told(script, [0, 10, 20, 70], until=130)) == 1
    assert told(script, [0, 10, 20, 70], until=130.4)[1:] == [("smoke_fault over", "s", 0, 130)]
    assert [t.what for t in told(script, [0, 10, 20, 100, 110, 120])] == [
        *("smoke_fault", "smoke_fault over", "smoke_fault")
    ]


def test_what_a_rule_raises_and_what_a_camera_sees_is_counted_too(script: Any) -> None:
    by_rule = msgspec.structs.replace(RULE, state=None, rule="door")
    detector = Repeated("again", by_rule, script.spots(s="smoke"))
    state, found = detector.start(), []
    for second in (0, 5, 10):
        news = Anomaly(
            rule="door",
            kind="door_forced",
            device="s",
            started=script.micros(second),
            raised=script.micros(second),
            value=None,
            limit=None,
            unit="s",
            quantity="open",
            grade="serious",
        )
        state, more = detector.take(state, [news])
        found += more
    assert [one.rule for one in found] == ["door", "door", "door", "again"]
    by_camera = msgspec.structs.replace(RULE, state=None, detection="crowd")
    detector = Repeated("again", by_camera, script.spots(c="camera"))
    seen = [script.detection(second, "c", "crowd") for second in (0, 1, 2)]
    _, found = detector.step(detector.start(), Row(script.batch(seen)), 0)
    assert script.tell(found) == [("smoke_fault", "c", 0, 2)]


def oracle(seconds: list[int]) -> list[tuple[str, str, float, float]]:
    found: list[tuple[str, str, float, float]] = []
    told: list[int] = []
    raised = None
    for second in seconds:
        if told and second < told[-1]:
            continue
        if raised is not None and second - told[-1] >= 60:
            found.append(("smoke_fault over", "s", raised, told[-1] + 60))
            raised, told = None, []
        told.append(second)
        if raised is None and len(told) >= 3 and second - told[-3] <= 30:
            raised = told[-3]
            found.append(("smoke_fault", "s", raised, second))
    return sorted(found)


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(st.integers(-3, 40), max_size=30),
    cuts=st.sets(st.integers(0, 30)),
    restarts=st.sets(st.integers(0, 30)),
)
def test_cuts_and_restarts_change_nothing_and_a_slow_walk_finds_the_same(
    script: Any, steps: list[int], cuts: set[int], restarts: set[int]
) -> None:
    detector = Repeated("again", RULE, script.spots(s="smoke"))
    seconds, second = [], 0
    for passed in steps:
        second = max(second + passed, 0)
        seconds.append(second)
    events = [script.word(second, "s", "fault") for second in seconds]

    def run(cut: set[int], again: set[int]) -> list[Any]:
        state, found = detector.start(), []
        edges = [0, *sorted(edge for edge in cut if edge < len(events)), len(events)]
        for number, (start, end) in enumerate(pairwise(edges)):
            if number in again:
                state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=RepeatedState)
            state, more = detector.step(state, Row(script.batch(events[start:end])), 0)
            found += more
        return sorted(script.tell(found))

    one_by_one = run(set(range(len(events))), set())
    assert run(cuts, restarts) == one_by_one == oracle(seconds)
