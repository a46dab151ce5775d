from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.anomalies.gate import Mute
from hub.plans.check import accepted
from hub.plans.domain import Plan
from hub.plans.read import shipped_plan
from hub.plans.schedule import Active

HOUR = 3600
# ORIGIN of the scripts is 2026-09-21 14:13:20 UTC, a Monday.
QUARTER_PAST = 14 * HOUR + 13 * 60 + 20


def plan(rule: str, **changes: Any) -> Plan:
    demo = shipped_plan("demo")
    changed = msgspec.structs.replace(demo.rules[rule], **changes)
    return accepted(msgspec.structs.replace(demo, rules={rule: changed}))


def play(engine: Engine, batches: list[Any], until: int, *, restart: bool = False) -> list[Any]:
    state, found = engine.start(), []
    for batch in batches:
        state, more = engine.step(state, batch)
        found += more
        if restart:
            state = engine.decode(engine.encode(state))
    _, more = engine.due(state, until)
    return [*found, *more]


@pytest.mark.parametrize("restart", [False, True])
def test_what_is_broken_when_the_hours_begin_is_raised_then(script: Any, restart: bool) -> None:
    """SE-04: schedules."""
    engine = Engine(plan("smoke_alarm", active=[Active(hours=(15, 16))]), script.spots(s="smoke"))
    alarm = script.batch([script.reading(0, "s", "alarm", 1)])
    begins = 15 * HOUR - QUARTER_PAST
    assert play(engine, [alarm], script.micros(begins - 1), restart=restart) == []
    found = play(engine, [alarm], script.micros(begins + 1), restart=restart)
    assert script.tell(found) == [("smoke_alarm", "s", 0, begins)]


def test_what_is_over_before_its_hours_is_not_raised(script: Any) -> None:
    engine = Engine(plan("smoke_alarm", active=[Active(hours=(15, 16))]), script.spots(s="smoke"))
    story = [
        script.batch([script.reading(t, "s", "alarm", v)]) for t, v in ((0, 1), (5, 0), (20, 0))
    ]
    found = play(engine, story, script.micros(2 * HOUR))
    assert [type(one).__name__ for one in found] == ["Recovery"]


def test_hours_are_local_to_the_site(script: Any) -> None:
    there = msgspec.structs.replace(
        plan("smoke_alarm", active=[Active(hours=(22, 23))]), time_zone="Asia/Shanghai"
    )
    engine = Engine(there, script.spots(s="smoke"))
    alarm = script.batch([script.reading(0, "s", "alarm", 1)])
    assert len(play(engine, [alarm], alarm.received)) == 1


def test_a_condition_decides_at_the_moment_of_raising(script: Any) -> None:
    """SE-04: a free condition in CEL on value, device and time."""
    when = "value < 0.05 || device.place == 'yard'"
    spots = {name: script.spot(name, "hydrant", place=name) for name in ("yard", "gate")}
    engine = Engine(plan("hydrant_low_pressure", when=when), spots)
    low = [script.reading(t, name, "pressure", 0.1) for t in (0, 4) for name in spots]
    found = play(engine, [script.batch(low)], script.micros(5))
    assert [one.device for one in found] == ["yard"]


def test_a_planned_shut_off_writes_to_the_log_and_re_arms_at_its_end(script: Any) -> None:
    """SE-08: pressure alarms are entries of the log meanwhile, and re-armed at the end."""
    end = script.micros(600)
    engine = Engine(
        plan("hydrant_low_pressure", muted_by_shut_off=True),
        script.spots(h="hydrant", other="hydrant"),
        [Mute("h", script.micros(-10), end)],
    )
    low = [script.reading(t, name, "pressure", 0.1) for t in (0, 4) for name in ("h", "other")]
    found = play(engine, [script.batch(low)], script.micros(500))
    assert {(one.device, one.muted) for one in found if isinstance(one, Anomaly)} == {
        ("h", True),
        ("other", False),
    }
    later = play(engine, [script.batch(low)], script.micros(700))
    (armed,) = [one for one in later if one.device == "h" and not one.muted]
    assert armed.raised == end
    assert armed.key == next(one.key for one in later if one.device == "h" and one.muted)
    back = script.batch([script.reading(t, "h", "pressure", 0.3) for t in (300, 310)])
    quiet = play(engine, [script.batch(low), back], script.micros(700))
    assert not [
        one for one in quiet if isinstance(one, Anomaly) and not one.muted and one.device == "h"
    ]


@pytest.mark.parametrize("restart", [False, True])
def test_a_shut_off_that_ends_between_minutes_re_arms_to_the_second(
    script: Any, restart: bool
) -> None:
    """SE-08: re-armed at the end, across restarts, whenever somebody looks."""
    engine = Engine(
        plan("hydrant_low_pressure", muted_by_shut_off=True),
        script.spots(h="hydrant"),
        [Mute("h", script.micros(-10), script.micros(123.4))],
    )
    low = script.batch([script.reading(t, "h", "pressure", 0.1) for t in (0, 4)])
    for until, armed in ((123.3, 1), (123.5, 2), (3600, 2)):
        found = play(engine, [low], script.micros(until), restart=restart)
        assert len(found) == armed
    assert found[-1].raised == script.micros(123.4)
    assert not found[-1].muted


def test_late_data_are_judged_by_when_they_happened(script: Any) -> None:
    """SE-08: what fell during a shut-off and came back in it is a log entry, however late."""
    engine = Engine(
        plan("hydrant_low_pressure", muted_by_shut_off=True),
        script.spots(h="hydrant"),
        [Mute("h", script.micros(0), script.micros(60))],
    )
    story = [(5, 0.1), (9, 0.1), (30, 0.3), (40, 0.3), (100, 0.1), (104, 0.1)]
    late = script.batch(
        [script.reading(t, "h", "pressure", value) for t, value in story], received=900
    )
    found = play(engine, [late], script.micros(901))
    assert [one.muted for one in found if isinstance(one, Anomaly)] == [True, False]
    assert script.tell(found)[-1].at == 104


def test_a_shut_off_ended_before_its_time_re_arms_then(script: Any) -> None:
    """SE-08: the follower makes its engine anew when shut-offs change."""
    rules, spots = plan("hydrant_low_pressure", muted_by_shut_off=True), script.spots(h="hydrant")
    before = Engine(rules, spots, [Mute("h", script.micros(-10), script.micros(3600))])
    low = script.batch([script.reading(t, "h", "pressure", 0.1) for t in (0, 4)])
    state, found = before.step(before.start(), low)
    assert [one.muted for one in found if isinstance(one, Anomaly)] == [True]
    after = Engine(rules, spots, [Mute("h", script.micros(-10), script.micros(50))])
    _, found = after.due(after.decode(before.encode(state)), script.micros(51))
    assert [(one.raised, one.muted) for one in found] == [(script.micros(50), False)]
