from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.breach import Judge, worst_first
from hub.anomalies.detectors.limit import Limit, LimitState
from hub.anomalies.detectors.ordered import in_order
from hub.anomalies.row import Row, Series
from hub.plans.domain import LimitRule

LOW = LimitRule(
    kind="hydrant_low_pressure",
    watches="hydrant",
    quantity="pressure",
    unit="MPa",
    side="below",
    limit=0.14,
    duration_s=60,
    clear=0.15,
    clear_s=60,
    grade="serious",
    due_minutes=60,
    source={},
)
DRY = msgspec.structs.replace(
    LOW, kind="hydrant_no_water", limit=0.02, grade="major", supersedes=["hydrant_low_pressure"]
)
SMOKE = LimitRule(
    kind="smoke_alarm",
    watches="smoke",
    quantity="alarm",
    unit="1",
    side="above",
    limit=1,
    clear=0.5,
    clear_s=10,
    grade="emergency",
    due_minutes=15,
    source={},
)


def told(script: Any, rules: dict[str, LimitRule], story: list[tuple[float, float]]) -> list[Any]:
    """Pressures of hydrant `h` by the second, one batch per reading."""
    rule = next(iter(rules.values()))
    detector = Limit(worst_first(rules), script.spots(h=rule.watches))
    return script.play(
        detector, [script.batch([script.reading(t, "h", rule.quantity, v)]) for t, v in story]
    )


def held(value: float, start: int, end: int, step: int = 5) -> list[tuple[float, float]]:
    return [(float(second), value) for second in range(start, end + 1, step)]


def test_low_pressure_is_raised_when_it_has_lasted_the_debounce(script: Any) -> None:
    assert told(script, {"low": LOW}, held(0.3, 0, 20) + held(0.1, 25, 80)) == []
    (raised,) = told(script, {"low": LOW}, held(0.3, 0, 20) + held(0.1, 25, 85))
    assert raised == ("hydrant_low_pressure", "h", 25, 85)


@pytest.mark.parametrize(("last", "count"), [(59.999999, 0), (60, 1)])
def test_the_debounce_is_exact(script: Any, last: float, count: int) -> None:
    assert len(told(script, {"low": LOW}, [(0, 0.1), (30, 0.1), (last, 0.1)])) == count


def test_one_good_reading_starts_the_debounce_again(script: Any) -> None:
    story = [*held(0.1, 0, 55), (57, 0.14), *held(0.1, 60, 115)]
    assert told(script, {"low": LOW}, story) == []


def test_a_value_at_the_limit_is_not_below_it(script: Any) -> None:
    assert told(script, {"low": LOW}, held(0.14, 0, 300)) == []


def test_it_is_over_only_after_a_steady_minute_above_the_clear_limit(script: Any) -> None:
    low = held(0.1, 0, 60)
    between = held(0.145, 65, 200)
    broken = [*held(0.16, 205, 255), (258, 0.149)]
    good = held(0.16, 260, 320)
    assert told(script, {"low": LOW}, low + between + broken) == [
        ("hydrant_low_pressure", "h", 0, 60)
    ]
    assert told(script, {"low": LOW}, low + between + broken + good)[1:] == [
        ("hydrant_low_pressure over", "h", 0, 320)
    ]


def test_it_is_raised_once_and_again_after_it_was_over(script: Any) -> None:
    story = held(0.1, 0, 300) + held(0.2, 305, 365) + held(0.1, 370, 500)
    assert [(t.what, t.started) for t in told(script, {"low": LOW}, story)] == [
        ("hydrant_low_pressure", 0),
        ("hydrant_low_pressure over", 0),
        ("hydrant_low_pressure", 370),
    ]


def test_the_anomaly_tells_value_limit_and_unit(script: Any) -> None:
    detector = Limit({"low": LOW}, script.spots(h="hydrant"))
    batch = script.batch([script.reading(t, "h", "pressure", v) for t, v in ((0, 0.1), (60, 0.05))])
    _, (found,) = detector.step(detector.start(), Row(batch), 0)
    assert (found.rule, found.value, found.limit, found.unit) == ("low", 0.05, 0.14, "MPa")
    assert (found.quantity, found.grade) == ("pressure", "serious")


def test_a_smoke_alarm_is_raised_by_its_first_reading(script: Any) -> None:
    assert told(script, {"smoke": SMOKE}, [(0, 0), (1, 1), (2, 1), (3, 0), (13, 0)]) == [
        ("smoke_alarm", "h", 1, 1),
        ("smoke_alarm over", "h", 1, 13),
    ]


def test_readings_older_than_the_newest_raise_and_clear_nothing(script: Any) -> None:
    assert told(script, {"smoke": SMOKE}, [(100, 0), (50, 1)]) == []
    story = [(100, 1), (10, 0), (50, 0), (101, 1), (105, 0), (111, 0)]
    assert told(script, {"smoke": SMOKE}, story) == [("smoke_alarm", "h", 100, 100)]


def test_what_is_no_number_says_nothing(script: Any) -> None:
    story = [(0, 0.1), (30, float("nan")), (60, 0.1)]
    assert len(told(script, {"low": LOW}, story)) == 1


def test_other_kinds_and_unregistered_devices_are_not_judged(script: Any) -> None:
    detector = Limit({"smoke": SMOKE}, script.spots(h="hydrant"))
    events = [script.reading(0, device, "alarm", 1) for device in ("h", "stranger")]
    assert script.play(detector, [script.batch(events)]) == []


@pytest.mark.parametrize("value", [0.05, 0.3])
def test_a_reading_at_the_very_end_of_the_duration_changes_nothing_whoever_looks_first(
    script: Any, value: float
) -> None:
    detector = Limit({"low": LOW}, {"h": script.spot("h", "hydrant", report_s=30)})

    def run(*, clock_first: bool) -> list[Any]:
        state, found = detector.start(), []
        for second, told in ((0, 0.1), (30, 0.11), (60, value)):
            if clock_first:
                state, more = detector.due(state, script.micros(second + 0.3))
                found += more
            batch = script.batch([script.reading(second, "h", "pressure", told)])
            state, more = detector.step(state, Row(batch), 0)
            found += more
        return [(one.raised, one.value) for one in found]

    assert run(clock_first=True) == run(clock_first=False) == [(script.micros(60), 0.11)]


def test_a_milder_breach_is_told_in_time_although_a_worse_one_wavers(script: Any) -> None:
    worse = msgspec.structs.replace(DRY, limit=0.1)
    wavering = [(second, 0.101 if second == 30 else 0.09) for second in range(0, 130, 5)]
    found = told(script, {"low": LOW, "dry": worse}, wavering)
    assert [(t.what, t.at) for t in found] == [
        ("hydrant_low_pressure", 60),
        ("hydrant_no_water", 95),
    ]


class TestNoWater:
    rules = {"low": LOW, "dry": DRY}  # noqa: RUF012

    def test_a_sudden_loss_is_no_water_only(self, script: Any) -> None:
        story = held(0.3, 0, 10) + held(0.0, 15, 200)
        assert told(script, self.rules, story) == [("hydrant_no_water", "h", 15, 75)]

    def test_a_slow_loss_is_low_pressure_that_no_water_supersedes(self, script: Any) -> None:
        story = held(0.1, 0, 100) + held(0.0, 105, 200)
        assert [(t.what, t.at) for t in told(script, self.rules, story)] == [
            ("hydrant_low_pressure", 60),
            ("hydrant_no_water", 165),
        ]

    def test_low_pressure_is_raised_when_no_water_did_not_last(self, script: Any) -> None:
        story = held(0.1, 0, 40) + held(0.0, 45, 70) + held(0.1, 75, 90)
        assert told(script, self.rules, story) == [("hydrant_low_pressure", "h", 0, 60)]

    def test_both_are_over_when_the_pressure_is_back(self, script: Any) -> None:
        story = held(0.1, 0, 100) + held(0.0, 105, 200) + held(0.3, 205, 265)
        assert {t.what for t in told(script, self.rules, story)[2:]} == {
            "hydrant_low_pressure over",
            "hydrant_no_water over",
        }


STORIES = st.lists(
    st.tuples(
        st.sampled_from(["h0", "h1", "h2"]),
        st.integers(0, 40),
        st.sampled_from([0.0, 0.1, 0.145, 0.3]),
    ),
    max_size=60,
)
SHORT = {
    "low": msgspec.structs.replace(LOW, duration_s=5, clear_s=4),
    "dry": msgspec.structs.replace(DRY, duration_s=3, clear_s=4),
}


@settings(max_examples=300, deadline=None)
@given(story=STORIES, cuts=st.sets(st.integers(0, 60)), restarts=st.sets(st.integers(0, 60)))
def test_neither_the_cut_into_batches_nor_a_restart_changes_what_is_found(
    script: Any,
    story: list[tuple[str, int, float]],
    cuts: set[int],
    restarts: set[int],
) -> None:
    detector = Limit(worst_first(SHORT), script.spots(h0="hydrant", h1="hydrant", h2="hydrant"))
    events = [script.reading(second, name, "pressure", value) for name, second, value in story]

    def run(cut: set[int], again: set[int]) -> list[Any]:
        state, found = detector.start(), []
        edges = [0, *sorted(edge for edge in cut if edge < len(events)), len(events)]
        for number, (start, end) in enumerate(pairwise(edges)):
            if number in again:
                state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=LimitState)
            state, more = detector.step(state, Row(script.batch(events[start:end])), 0)
            found += more
        return sorted(script.tell(found))

    assert run(cuts, restarts) == run(set(range(len(events))), set())


@given(
    times=st.lists(st.lists(st.integers(0, 9), min_size=1), min_size=1, max_size=5),
    last=st.lists(st.integers(0, 9), min_size=5, max_size=5),
)
def test_in_order_is_what_one_would_find_by_walking(
    times: list[list[int]], last: list[int]
) -> None:
    start = np.cumsum([0, *(len(one) for one in times)])[:-1].astype(np.int64)
    flat = np.array([t for one in times for t in one], dtype=np.int64)
    series = Series([str(i) for i in range(len(times))], start, flat, flat.astype(float))
    expected: list[bool] = []
    for newest, one in zip(last, times, strict=False):
        for time in one:
            expected.append(time >= newest)
            newest = max(newest, time)
    got = in_order(series, np.array(last[: len(times)], dtype=np.int64))
    assert got.tolist() == expected


def test_fine_readings_cost_no_python_each(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    detector = Limit({"low": LOW}, script.spots(h="hydrant", bad="hydrant"))
    judged: list[str] = []
    reading = Judge.reading

    def spy(self: Judge, device: str, *rest: Any) -> Any:
        judged.append(device)
        return reading(self, device, *rest)

    monkeypatch.setattr(Judge, "reading", spy)
    fine = [script.reading(second, "h", "pressure", 0.3) for second in range(1000)]
    bad = [script.reading(0, "bad", "pressure", 0.0)]
    detector.step(detector.start(), Row(script.batch(fine + bad)), 0)
    assert judged == ["bad"]


def test_a_clock_that_ran_ahead_hides_no_later_alarm(script: Any) -> None:
    detector = Limit({"smoke": SMOKE}, script.spots(s="smoke"))
    story = [(10, 300, 0), (11, 11, 1)]  # received, told for, value
    batches = [
        script.batch([script.reading(told, "s", "alarm", value)], received=received)
        for received, told, value in story
    ]
    assert script.play(detector, batches) == [("smoke_alarm", "s", 11, 11)]
