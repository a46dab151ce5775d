from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.travel import Travel
from hub.anomalies.row import Row
from hub.plans.domain import TravelRule

RULE = TravelRule(
    kind="impossible_travel",
    speed_m_s=3,
    slack_m=30,
    quiet_s=60,
    grade="serious",
    due_minutes=60,
    source={},
)


def travel(script: Any) -> Travel:
    """Two halls 330 m apart: 100 s at 3 m/s; and another floor of the first."""
    devices = {
        "a": script.spot("a", "reader", at=(0, 0), building="east"),
        "attic": script.spot("attic", "reader", at=(90, 0), building="east"),
        "b": script.spot("b", "reader", at=(330, 0), building="west"),
        "gate": script.spot("gate", "reader", at=(0, 660)),
    }
    return Travel("travel", RULE, devices)


def told(script: Any, *swipes: Any, until: float = 0) -> list[Any]:
    batches = [
        script.batch([swipe], received=max(1000, (swipe.time - script.micros(0)) / 1e6))
        for swipe in swipes
    ]
    return script.play(travel(script), batches, until=until)


@pytest.mark.parametrize(("seconds", "count"), [(100, 0), (99, 1), (1, 1), (0, 1)])
def test_nobody_walks_three_hundred_metres_in_less_than_a_hundred_seconds(
    script: Any, seconds: float, count: int
) -> None:
    """SE-04: one card at two readers farther apart than a walk."""
    swipes = (script.swipe(20, "a"), script.swipe(20 + seconds, "b"))
    found = [one.what for one in told(script, *swipes)]
    assert found.count("impossible_travel") == count


def test_it_is_told_at_the_reader_of_the_later_swipe_whichever_came_first(script: Any) -> None:
    swipes = [script.swipe(20, "a"), script.swipe(30, "b")]
    for order in (swipes, swipes[::-1]):
        assert told(script, *order, until=2000) == [
            ("impossible_travel", "b", 30, 30),
            ("impossible_travel over", "b", 30, 90),
        ]


def test_another_card_may_be_there_and_another_floor_is_no_journey(script: Any) -> None:
    assert told(script, script.swipe(20, "a"), script.swipe(30, "b", person=8)) == []
    assert told(script, script.swipe(20, "a"), script.swipe(21, "attic")) == []


def test_both_holders_of_a_copied_card_are_one_anomaly_for_a_while(script: Any) -> None:
    swipes = [script.swipe(20, "a"), script.swipe(30, "b"), script.swipe(40, "a")]
    assert [t.what for t in told(script, *swipes)] == [RULE.kind, f"{RULE.kind} over"]
    later = [*swipes, script.swipe(91, "a"), script.swipe(95, "b")]
    assert [t.at for t in told(script, *later) if t.what == "impossible_travel"] == [30, 95]


def test_the_card_and_the_other_reader_are_told_to_nobody(script: Any) -> None:
    swipes = [script.swipe(20, "a", person=4242), script.swipe(30, "b", person=4242)]
    detector = travel(script)
    _, (found,) = detector.step(detector.start(), Row(script.batch(swipes)), 0)
    assert (found.device, found.started, found.value) == ("b", script.micros(30), None)
    assert (found.limit, found.unit) == (3, "m/s")
    assert "4242" not in repr(found)


def test_a_card_is_remembered_as_long_as_a_walk_across_the_site_takes(script: Any) -> None:
    detector = travel(script)
    swipes = [script.swipe(second, "a", person=second) for second in range(3000)]
    state, _ = detector.step(detector.start(), Row(script.batch(swipes)), 0)
    assert 240 < len(state.seen) < 260  # 738 m at 3 m/s


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([-40, -1, 1, 30, 90, 150]),
            st.sampled_from(["a", "b", "gate", "attic"]),
            st.integers(1, 2),
        ),
        max_size=40,
    ),
    cuts=st.sets(st.integers(0, 40)),
    restarts=st.sets(st.integers(0, 40)),
)
def test_neither_the_cut_into_batches_nor_a_restart_changes_what_is_found(
    script: Any, steps: list[tuple[int, str, int]], cuts: set[int], restarts: set[int]
) -> None:
    second, events = 1000, []
    for passed, reader, person in steps:
        second += passed
        events.append(script.swipe(second, reader, person=person))

    detector = travel(script)
    one_by_one = script.cut(detector, events, range(50), until=9000)
    assert script.cut(detector, events, cuts, restarts, until=9000) == one_by_one
