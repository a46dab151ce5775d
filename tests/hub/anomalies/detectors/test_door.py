from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.door import Door, DoorState
from hub.anomalies.row import Row
from hub.plans.domain import DoorRule

RULE = DoorRule(
    kind="door_forced",
    grant_before_s=8,
    grant_after_s=0.5,
    grade="serious",
    due_minutes=30,
    source={},
)


@pytest.fixture(scope="module")
def door(script: Any) -> Door:
    devices = {
        "door": script.spot("door", "door", place="gate"),
        "in": script.spot("in", "reader", place="gate"),
        "out": script.spot("out", "reader", place="gate"),
        "far": script.spot("far", "reader", place="hall"),
    }
    return Door("forced", RULE, devices)


def told(script: Any, door: Door, *events: Any, until: float = 1000) -> list[Any]:
    """Each event in a batch of its own, received at its own time."""
    batches = [
        script.batch([event], received=(event.time - script.micros(0)) / 1e6) for event in events
    ]
    return script.play(door, batches, until=until)


def contact(script: Any, second: float, value: float, device: str = "door") -> Any:
    return script.reading(second, device, "open", value)


def test_a_door_that_opens_without_a_grant_is_forced(script: Any, door: Door) -> None:
    events = (contact(script, 0, 0), contact(script, 20, 1))
    assert told(script, door, *events) == [("door_forced", "door", 20, 20.5)]


@pytest.mark.parametrize(("before", "count"), [(8, 0), (8.000001, 1), (0, 0), (1, 0)])
def test_a_grant_explains_an_opening_for_eight_seconds(
    script: Any, door: Door, before: float, count: int
) -> None:
    events = (
        contact(script, 0, 0),
        script.swipe(20 - before, "in"),
        contact(script, 20, 1),
    )
    assert len(told(script, door, *events)) == count


@pytest.mark.parametrize(("after", "count"), [(0.1, 0), (0.499, 0), (0.501, 1), (3, 1)])
def test_a_grant_that_arrives_half_a_second_late_withdraws_it(
    script: Any, door: Door, after: float, count: int
) -> None:
    events = (
        contact(script, 0, 0),
        contact(script, 20, 1),
        script.swipe(20 + after, "out"),
    )
    assert len(told(script, door, *events)) == count


def test_contact_before_grant_in_the_same_batch_is_explained(script: Any, door: Door) -> None:
    events = [contact(script, 0, 0), contact(script, 20, 1), script.swipe(20.2, "in")]
    assert script.play(door, [script.batch(events, received=21)], until=30) == []


def test_neither_a_refusal_nor_another_doors_reader_explains_it(script: Any, door: Door) -> None:
    events = (
        contact(script, 0, 0),
        script.swipe(18, "in", granted=False),
        script.swipe(19, "far"),
        contact(script, 20, 1),
    )
    assert [t.what for t in told(script, door, *events)] == ["door_forced"]


def test_it_is_not_raised_before_the_grant_had_its_time(script: Any, door: Door) -> None:
    events = (contact(script, 0, 0), contact(script, 20, 1))
    assert told(script, door, *events, until=20.4) == []
    assert len(told(script, door, *events, until=20.5)) == 1


def test_a_door_first_heard_of_open_tells_nothing(script: Any, door: Door) -> None:
    assert told(script, door, contact(script, 20, 1), contact(script, 25, 1)) == []


def test_heartbeats_of_an_open_door_are_no_openings(script: Any, door: Door) -> None:
    events = (
        contact(script, 0, 0),
        script.swipe(19, "in"),
        *(contact(script, second, 1) for second in range(20, 90, 5)),
    )
    assert told(script, door, *events) == []


def test_it_is_over_when_the_door_is_closed(script: Any, door: Door) -> None:
    events = (contact(script, 0, 0), contact(script, 20, 1), contact(script, 31, 0))
    assert told(script, door, *events) == [
        ("door_forced", "door", 20, 20.5),
        ("door_forced over", "door", 20, 31),
    ]


def test_a_door_slammed_at_once_was_forced_all_the_same(script: Any, door: Door) -> None:
    events = (contact(script, 0, 0), contact(script, 20, 1), contact(script, 20.2, 0))
    assert [t.what for t in told(script, door, *events)] == ["door_forced", "door_forced over"]


def test_a_second_forcing_is_another_anomaly(script: Any, door: Door) -> None:
    story = [(0, 0), (20, 1), (30, 0), (40, 1)]
    events = (contact(script, second, value) for second, value in story)
    assert [t.started for t in told(script, door, *events)] == [20, 20, 40]


def test_a_contact_older_than_the_newest_is_history(script: Any, door: Door) -> None:
    events = (contact(script, 100, 0), contact(script, 50, 1), contact(script, 105, 0))
    assert told(script, door, *events) == []


def test_the_anomaly_tells_how_long_ago_the_last_grant_was(script: Any, door: Door) -> None:
    events = [script.swipe(5, "in"), contact(script, 0, 0), contact(script, 20, 1)]
    state, _ = door.step(door.start(), Row(script.batch(events)), 0)
    _, (found,) = door.due(state, script.micros(30))
    assert (found.value, found.limit, found.unit) == (15, 8, "s")


@settings(max_examples=200, deadline=None)
@given(
    story=st.lists(
        st.tuples(st.sampled_from([0.2, 0.4, 5]), st.sampled_from(["open", "close", "grant"])),
        max_size=40,
    ),
    cuts=st.sets(st.integers(0, 40)),
)
def test_neither_the_cut_into_batches_nor_a_restart_changes_what_is_found(
    script: Any, door: Door, story: list[tuple[float, str]], cuts: set[int]
) -> None:
    second, events = 0.0, [contact(script, 0, 0)]
    for passed, what in story:
        second += passed
        grant = what == "grant"
        events.append(
            script.swipe(second, "in") if grant else contact(script, second, float(what == "open"))
        )

    def run(cut: set[int]) -> list[Any]:
        """Received all at once: how late something arrives is not what is tested here."""
        state, found = door.start(), []
        edges = [0, *sorted(edge for edge in cut if edge < len(events)), len(events)]
        for start, end in pairwise(edges):
            state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=DoorState)
            state, more = door.step(state, Row(script.batch(events[start:end])), 0)
            found += more
        _, more = door.due(state, script.micros(1000))
        return sorted(script.tell([*found, *more]))

    assert run(cuts) == run(set(range(len(events))))
