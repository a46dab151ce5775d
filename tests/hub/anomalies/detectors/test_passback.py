from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.wire import Direction
from hub.anomalies.detectors.passback import Passback
from hub.anomalies.detectors.people import MOST_PEOPLE
from hub.anomalies.row import Row
from hub.plans.domain import PassbackRule

RULE = PassbackRule(
    kind="passback",
    reset_s=180,
    grace_s=5,
    reasons=["denied-passback", "passback-detected"],
    quiet_s=60,
    grade="general",
    due_minutes=60,
    source={},
)
IN, OUT = Direction.IN, Direction.OUT


def passback(script: Any, **changes: Any) -> Passback:
    devices = {
        "door": script.spot("door", "door", place="gate"),
        "in": script.spot("in", "reader", place="gate"),
        "out": script.spot("out", "reader", place="gate"),
        "hall-in": script.spot("hall-in", "reader", place="hall"),
        "hall-out": script.spot("hall-out", "reader", place="hall"),
    }
    return Passback("passback", msgspec.structs.replace(RULE, **changes), devices)


def told(script: Any, *swipes: Any, until: float = 0, **changes: Any) -> list[Any]:
    batches = [script.batch([swipe]) for swipe in swipes]
    return script.play(passback(script, **changes), batches, until=until)


def visit(script: Any, second: float = 0, person: int = 1) -> list[Any]:
    """Somebody goes in and out: the place has a way out that is read."""
    return [
        script.swipe(second, "in", person=person),
        script.swipe(second + 5, "out", person=person, way=OUT),
    ]


def test_a_card_let_in_twice_without_having_been_let_out(script: Any) -> None:
    """SE-04: soft passback, told at the reader of the second entry."""
    entries = [script.swipe(20, "in"), script.swipe(60, "in")]
    assert told(script, *visit(script), *entries, until=200) == [
        ("passback", "in", 60, 60),
        ("passback over", "in", 60, 120),
    ]


def test_who_went_out_between_may_come_in_again(script: Any) -> None:
    entries = [script.swipe(20, "in"), script.swipe(40, "out", way=OUT), script.swipe(60, "in")]
    assert told(script, *visit(script), *entries, until=200) == []


@pytest.mark.parametrize(("after", "count"), [(5, 0), (5.1, 1), (180, 1), (180.1, 0)])
def test_a_card_shown_again_at_once_or_much_later_is_none(
    script: Any, after: float, count: int
) -> None:
    entries = [script.swipe(20, "in"), script.swipe(20 + after, "in")]
    assert len(told(script, *visit(script), *entries)) == count


def test_a_place_without_a_door_or_a_way_out_is_not_judged(script: Any) -> None:
    assert told(script, script.swipe(20, "in"), script.swipe(60, "in"), until=200) == []
    hall = [
        script.swipe(0, "hall-in", person=1),
        script.swipe(5, "hall-out", person=1, way=OUT),
        script.swipe(20, "hall-in"),
        script.swipe(60, "hall-in"),
    ]
    assert told(script, *hall, until=200) == []
    assert len(told(script, *hall, places=["hall"])) == 1


def test_a_reader_that_says_so_itself_is_believed(script: Any) -> None:
    denied = script.swipe(60, "hall-in", granted=False, reason="denied-passback")
    assert told(script, denied) == [("passback", "hall-in", 60, 60)]


def test_the_card_and_its_earlier_use_are_told_to_nobody(script: Any) -> None:
    entries = [script.swipe(20, "in", person=4242), script.swipe(60, "in", person=4242)]
    detector = passback(script)
    batch = script.batch([*visit(script), *entries])
    _, (found,) = detector.step(detector.start(), Row(batch), 0)
    assert (found.started, found.value, found.limit) == (script.micros(60), None, None)
    assert "4242" not in repr(found)


def test_what_is_remembered_of_people_is_bounded_in_age_and_number(script: Any) -> None:
    detector = passback(script)
    swipes = [script.swipe(second, "in", person=second) for second in range(2000)]
    state, _ = detector.step(detector.start(), Row(script.batch(swipes)), 0)
    assert len(state.inside["gate"]) <= 181
    at_once = [script.swipe(0, "in", person=number) for number in range(MOST_PEOPLE + 50)]
    state, _ = detector.step(detector.start(), Row(script.batch(at_once)), 0)
    assert len(state.inside["gate"]) == MOST_PEOPLE


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([-3, 1, 20, 70, 200]),
            st.integers(1, 2),
            st.sampled_from([IN, OUT, Direction.UNKNOWN]),
            st.sampled_from(["", "", "", "passback-detected"]),
        ),
        max_size=40,
    ),
    cuts=st.sets(st.integers(0, 40)),
    restarts=st.sets(st.integers(0, 40)),
)
def test_neither_the_cut_into_batches_nor_a_restart_changes_what_is_found(
    script: Any,
    steps: list[tuple[int, int, Direction, str]],
    cuts: set[int],
    restarts: set[int],
) -> None:
    second, events = 100, []
    for passed, person, way, reason in steps:
        second += passed
        reader = "out" if way is OUT else "in"
        events.append(script.swipe(second, reader, person=person, way=way, reason=reason))
    detector = passback(script)
    one_by_one = script.cut(detector, events, range(50), until=9000)
    assert script.cut(detector, events, cuts, restarts, until=9000) == one_by_one
