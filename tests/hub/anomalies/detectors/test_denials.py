from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.denials import Denials
from hub.anomalies.row import Row
from hub.plans.domain import DenialsRule

RULE = DenialsRule(
    kind="repeated_denials",
    count=5,
    within_s=30,
    quiet_s=60,
    grade="serious",
    due_minutes=60,
    source={},
)


def denials(script: Any) -> Denials:
    return Denials("denials", RULE, script.spots(a="reader", b="reader"))


def denied(script: Any, second: float, reader: str = "a", person: int = 7) -> Any:
    return script.swipe(second, reader, person=person, granted=False)


def told(script: Any, swipes: list[Any], until: float = 0) -> list[Any]:
    return script.play(denials(script), [script.batch([swipe]) for swipe in swipes], until=until)


def test_five_denials_in_half_a_minute_at_one_reader(script: Any) -> None:
    """SE-04: 5 in 30 s, whoever was denied."""
    swipes = [denied(script, second, person=second) for second in (0, 7, 14, 21, 30)]
    assert told(script, swipes[:4], 60) == []
    assert told(script, swipes) == [("repeated_denials", "a", 30, 30)]
    slow = [denied(script, 7.6 * number, person=number) for number in range(6)]
    assert told(script, slow, 100) == []


def test_one_card_denied_at_several_readers_is_told_at_the_last(script: Any) -> None:
    swipes = [denied(script, number, "ab"[number % 2]) for number in range(5)]
    assert told(script, swipes) == [("repeated_denials", "a", 4, 4)]
    others = [denied(script, number, "ab"[number % 2], person=number) for number in range(5)]
    assert told(script, others, 100) == []


def test_grants_do_not_count(script: Any) -> None:
    assert told(script, [script.swipe(number, "a") for number in range(9)], 100) == []


def test_a_burst_is_one_anomaly_and_ends_when_nobody_is_denied(script: Any) -> None:
    swipes = [denied(script, 3 * number) for number in range(20)]
    assert told(script, swipes, 200) == [
        ("repeated_denials", "a", 12, 12),
        ("repeated_denials over", "a", 12, 117),
    ]


def test_it_tells_how_many_and_nothing_of_whom(script: Any) -> None:
    swipes = [denied(script, number, person=4242) for number in range(5)]
    detector = denials(script)
    _, (found,) = detector.step(detector.start(), Row(script.batch(swipes)), 0)
    assert (found.value, found.limit, found.unit) == (5, 5, "1")
    assert "4242" not in repr(found)


def test_what_is_remembered_of_people_is_forgotten_in_time(script: Any) -> None:
    detector = denials(script)
    swipes = [denied(script, second, person=second) for second in range(0, 3000, 7)]
    state, _ = detector.step(detector.start(), Row(script.batch(swipes)), 0)
    assert len(state.people) <= 5


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([-1, 0, 2, 5, 40, 70]),
            st.sampled_from("ab"),
            st.integers(1, 2),
            st.sampled_from([False, False, False, True]),
        ),
        max_size=40,
    ),
    cuts=st.sets(st.integers(0, 40)),
    restarts=st.sets(st.integers(0, 40)),
)
def test_neither_the_cut_into_batches_nor_a_restart_changes_what_is_found(
    script: Any,
    steps: list[tuple[int, str, int, bool]],
    cuts: set[int],
    restarts: set[int],
) -> None:
    second, events = 100, []
    for passed, reader, person, granted in steps:
        second += passed
        events.append(script.swipe(second, reader, person=person, granted=granted))
    one_by_one = script.cut(denials(script), events, range(50), until=5000)
    assert script.cut(denials(script), events, cuts, restarts, until=5000) == one_by_one
