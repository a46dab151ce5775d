from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.held import MOST_TOLD, Held
from hub.anomalies.domain import Anomaly
from hub.anomalies.row import Row
from hub.plans.domain import HeldRule

RULE = HeldRule(
    kind="door_held_open",
    open_s=30,
    again_s=60,
    grant_before_s=8,
    grant_after_s=0.5,
    grade="general",
    due_minutes=60,
    source={},
)


def held(script: Any, **changes: Any) -> Held:
    devices = {
        "door": script.spot("door", "door", place="gate"),
        "in": script.spot("in", "reader", place="gate"),
    }
    return Held("held", msgspec.structs.replace(RULE, **changes), devices)


def contact(script: Any, second: float, value: float) -> Any:
    return script.reading(second, "door", "open", value)


def opened(script: Any, second: float = 20) -> list[Any]:
    return [
        contact(script, 0, 0),
        script.swipe(second - 1, "in"),
        contact(script, second, 1),
    ]


def told(script: Any, events: list[Any], until: float, **changes: Any) -> list[Any]:
    batches = [
        script.batch([event], received=(event.time - script.micros(0)) / 1e6) for event in events
    ]
    return script.play(held(script, **changes), batches, until=until)


def test_a_door_that_stands_open_is_told_to_the_second_although_nothing_more_is_heard(
    script: Any,
) -> None:
    """SE-04: a door held open for 30 s is an anomaly, found by the clock."""
    assert told(script, opened(script), 50.2) == []
    assert told(script, opened(script), 50.4) == [("door_held_open", "door", 20, 50)]


def test_it_is_over_when_the_door_closes(script: Any) -> None:
    events = [*opened(script), contact(script, 70, 0)]
    assert told(script, events, 80)[1:] == [("door_held_open over", "door", 20, 70)]
    assert told(script, [*opened(script), contact(script, 49, 0)], 80) == []


def test_it_is_told_again_while_it_stays_and_all_of_it_ends_at_once(script: Any) -> None:
    events = [*opened(script), contact(script, 180, 0)]
    assert told(script, events, 200) == [
        ("door_held_open", "door", 20, 50),
        ("door_held_open", "door", 80, 110),
        ("door_held_open", "door", 140, 170),
        ("door_held_open over", "door", 20, 180),
        ("door_held_open over", "door", 80, 180),
        ("door_held_open over", "door", 140, 180),
    ]
    assert len(told(script, opened(script), 500, again_s=None)) == 1
    assert len(told(script, opened(script), 1e6)) == MOST_TOLD


def test_it_tells_how_long_the_door_has_stood_open(script: Any) -> None:
    detector = held(script)
    state, _ = detector.step(detector.start(), Row(script.batch(opened(script))), 0)
    _, found = detector.due(state, script.micros(115))
    assert [(f.value, f.limit, f.unit) for f in found] == [(30, 30, "s"), (90, 30, "s")]


def test_an_opening_without_a_grant_is_left_to_the_forced_rule(script: Any) -> None:
    events = [contact(script, 0, 0), contact(script, 20, 1)]
    assert told(script, events, 100) == []
    assert len(told(script, events, 100, grant_before_s=None)) == 1
    late = [*events, script.swipe(20.4, "in")]
    assert len(told(script, late, 100)) == 1


def test_a_door_first_heard_of_open_counts_from_then(script: Any) -> None:
    assert told(script, [contact(script, 5, 1)], 40) == [("door_held_open", "door", 5, 35)]


def test_what_a_spool_brings_late_is_told_once_as_it_was(script: Any) -> None:
    events = [*opened(script), contact(script, 45, 0)]
    batches = [script.batch([event], received=500) for event in events]
    assert script.play(held(script), batches, until=500.4) == []
    events = [*opened(script), contact(script, 60, 0)]
    batches = [script.batch([event], received=500) for event in events]
    assert script.play(held(script), batches, until=600) == [
        ("door_held_open", "door", 20, 50),
        ("door_held_open over", "door", 20, 60),
    ]


def test_while_the_doors_agent_is_away_nothing_is_told(script: Any) -> None:
    detector = held(script)
    state, _ = detector.pulse(detector.start(), script.pulse({"edge-1": 20}), 0)
    state, _ = detector.step(state, Row(script.batch(opened(script))), 0)
    state, found = detector.due(state, script.micros(200))
    assert found == []
    state, _ = detector.pulse(state, script.pulse({"edge-1": 200}), 0)
    state, found = detector.due(state, script.micros(201))  # its spool is on the way
    assert found == []
    state, _ = detector.pulse(state, script.pulse({"edge-1": 205}), 0)
    state, found = detector.step(state, Row(script.batch([contact(script, 24, 0)])), 0)
    _, more = detector.due(state, script.micros(400))
    assert [*found, *more] == []


def test_a_silent_device_of_its_own_is_believed(script: Any) -> None:
    detector = held(script)
    state, _ = detector.pulse(detector.start(), script.pulse({"another": 20}), 0)
    state, _ = detector.step(state, Row(script.batch(opened(script))), 0)
    _, found = detector.due(state, script.micros(60))
    assert len(found) == 1


steps = st.lists(
    st.tuples(st.sampled_from([0.2, 4.0, 33.0, 70.0]), st.sampled_from(["open", "close", "grant"])),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(steps=steps, cuts=st.sets(st.integers(0, 30)), restarts=st.sets(st.integers(0, 30)))
def test_neither_the_cut_into_batches_nor_a_restart_changes_what_is_found(
    script: Any, steps: list[tuple[float, str]], cuts: set[int], restarts: set[int]
) -> None:
    second, events = 0.0, [contact(script, 0, 0)]
    for passed, what in steps:
        second += passed
        grant = what == "grant"
        events.append(
            script.swipe(second, "in") if grant else contact(script, second, float(what == "open"))
        )
    detector = held(script)
    one_by_one = script.cut(detector, events, range(40), until=5000)
    assert script.cut(detector, events, cuts, restarts, until=5000) == one_by_one


@settings(max_examples=100, deadline=None)
@given(steps=steps)
def test_every_breach_is_told_once_and_ends_once(
    script: Any, steps: list[tuple[float, str]]
) -> None:
    second, events = 0.0, [contact(script, 0, 0)]
    for passed, what in steps:
        second += passed
        if what != "grant":
            events.append(contact(script, second, float(what == "open")))
    events.append(contact(script, second + 1, 0))
    detector, state, found = held(script, grant_before_s=None), held(script).start(), []
    for event in events:
        now = event.time
        state, more = detector.due(state, now)
        found += more
        state, more = detector.step(state, Row(script.batch([event])), now)
        found += more
    raised = [one.key for one in found if isinstance(one, Anomaly)]
    ended = [one.key for one in found if not isinstance(one, Anomaly)]
    assert len(set(raised)) == len(raised)
    assert sorted(raised) == sorted(ended)


@pytest.mark.parametrize("kind", ["smoke", "hydrant"])
def test_other_devices_contacts_are_no_doors(script: Any, kind: str) -> None:
    detector = Held("held", RULE, script.spots(door=kind))
    batch = script.batch([contact(script, 5, 1)])
    assert script.play(detector, [batch], until=100) == []
