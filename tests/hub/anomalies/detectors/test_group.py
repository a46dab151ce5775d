from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.group import Group, GroupState
from hub.anomalies.domain import Anomaly, Recovery
from hub.plans.domain import GroupRule

RULE = GroupRule(
    kind="fire_confirmed",
    rules=["smoke_alarm", "camera_fire"],
    zone="zone",
    within_s=60,
    grade="emergency",
    due_minutes=15,
    source={},
)


def spot(script: Any, device: str, **changes: Any) -> Any:
    return msgspec.structs.replace(script.spot(device, "smoke"), **changes)


@pytest.fixture(scope="module")
def group(script: Any) -> Group:
    hall = {name: spot(script, name, building="hall") for name in ("s1", "s2", "cam")}
    rest = {"s3": spot(script, "s3", building="hall", zone="attic"), "s4": spot(script, "s4")}
    return Group("confirmed", RULE, hall | rest)


def alarm(script: Any, device: str, second: float, rule: str = "smoke_alarm") -> Anomaly:
    return Anomaly(
        rule=rule,
        kind="smoke_alarm",
        device=device,
        started=script.micros(second),
        raised=script.micros(second),
        value=1,
        limit=1,
        unit="1",
        quantity="alarm",
        grade="emergency",
    )


def over(found: Anomaly, at: int) -> Recovery:
    return Recovery(
        rule=found.rule,
        kind=found.kind,
        device=found.device,
        started=found.started,
        recovered=at,
        value=0,
    )


def test_smoke_and_camera_in_one_zone_are_one_event(script: Any, group: Group) -> None:
    """HZ-07, SE-04: the group comes first, and what it is made of names it."""
    first, second = alarm(script, "s1", 0), alarm(script, "cam", 30, "camera_fire")
    state, found = group.take(group.start(), [first])
    assert found == [first]
    state, (whole, part) = group.take(state, [second])
    assert (whole.kind, whole.device, whole.members) == (
        "fire_confirmed",
        "s1",
        tuple(sorted((first.key, second.key))),
    )
    assert (whole.started, whole.raised) == (script.micros(0), script.micros(30))
    assert part.part_of == whole.key
    state, (third,) = group.take(state, [alarm(script, "s2", 500)])
    assert third.part_of == whole.key
    ends = [over(one, script.micros(900)) for one in (first, second, third)]
    state, found = group.take(state, ends)
    assert [one.rule for one in found] == ["smoke_alarm", "camera_fire", "smoke_alarm", "confirmed"]
    assert found[-1].key == whole.key


@pytest.mark.parametrize(
    ("device", "second", "rule"),
    [
        ("s2", 61, "smoke_alarm"),
        ("s3", 1, "smoke_alarm"),
        ("s4", 1, "smoke_alarm"),
        ("s1", 1, "camera_fire"),
        ("s2", 1, "another"),
    ],
)
def test_too_late_elsewhere_the_same_device_or_another_rule_is_no_group(
    script: Any, group: Group, device: str, second: float, rule: str
) -> None:
    state, _ = group.take(group.start(), [alarm(script, "s1", 0)])
    _, found = group.take(state, [alarm(script, device, second, rule)])
    assert [one.rule for one in found] == [rule]


def test_an_alarm_that_was_over_within_the_window_counts(script: Any, group: Group) -> None:
    first = alarm(script, "s1", 0)
    state, _ = group.take(group.start(), [first, over(first, script.micros(5))])
    _, found = group.take(state, [alarm(script, "s2", 20)])
    assert [one.rule for one in found] == ["confirmed", "smoke_alarm"]


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["s1", "s2", "cam", "s3"]), st.integers(0, 40)), max_size=30
    ),
    cuts=st.sets(st.integers(0, 30)),
    restarts=st.sets(st.integers(0, 30)),
)
def test_cuts_and_restarts_change_nothing_and_a_slow_walk_finds_the_same(
    script: Any, group: Group, steps: list[tuple[str, int]], cuts: set[int], restarts: set[int]
) -> None:
    story: list[Any] = []
    open_: dict[str, Anomaly] = {}
    second = 0
    for device, passed in steps:
        second += passed
        if device in open_:
            story.append(over(open_.pop(device), script.micros(second)))
        else:
            open_[device] = alarm(script, device, second)
            story.append(open_[device])

    def run(cut: set[int], again: set[int]) -> list[Any]:
        state, found = group.start(), []
        edges = [0, *sorted(edge for edge in cut if edge < len(story)), len(story)]
        for number, (start, end) in enumerate(pairwise(edges)):
            if number in again:
                state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=GroupState)
            state, more = group.take(state, story[start:end])
            found += more
        return found

    one_by_one = run(set(range(len(story))), set())
    assert run(cuts, restarts) == one_by_one
    raised = [
        one.raised for one in one_by_one if one.rule == "confirmed" and hasattr(one, "raised")
    ]
    assert raised == oracle(story)


def oracle(story: list[Any]) -> list[int]:
    """When a group of the hall is raised, by looking at the whole past each time."""
    found: list[int] = []
    standing, since = False, 0
    for number, news in enumerate(story):
        past = [one for one in story[since : number + 1] if one.device != "s3"]
        ended = {one.key for one in past if isinstance(one, Recovery)}
        alarms = [one for one in past if isinstance(one, Anomaly)]
        if news.device == "s3":
            continue
        if isinstance(news, Recovery):
            if standing and all(one.key in ended for one in alarms):
                standing, since = False, number + 1
            continue
        near = {one.device for one in alarms if news.raised - one.raised <= 60_000_000}
        if not standing and len(near) >= 2:
            found.append(news.raised)
            standing = True
    return found
