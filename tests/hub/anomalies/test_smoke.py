"""The campus plan's rules on smoke detectors: their faults in simulation, and their trends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.simulate.run import Run
from edge.simulate.truth import truth
from edge.simulate.world import World, build_world
from edge.wire import DeviceState
from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.plans.check import accepted
from hub.plans.domain import Plan
from hub.plans.read import shipped_plan

ORIGIN = 1_790_000_000_000_000
HOUR = 3600


def campus(*rules: str) -> Plan:
    whole = shipped_plan("campus")
    return accepted(msgspec.structs.replace(whole, rules={n: whole.rules[n] for n in rules}))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    cache: Path = tmp_path_factory.mktemp("world")
    return build_world(7, cache)


@pytest.mark.slow
def test_every_fault_of_the_simulated_detectors_is_found(script: Any, world: World) -> None:
    """SE-04, HZ-10: a detector that says it is faulty for a minute, and no other."""
    run, hours = Run(world, ORIGIN), 6
    detectors = world.of_kind("smoke")
    words = sorted(
        (
            word
            for silence in run.smoke.silences(0, hours * HOUR * 1_000_000)
            if silence.cause == "fault"
            for word in (
                DeviceState(detectors[silence.target].id, ORIGIN + silence.start, "fault"),
                DeviceState(detectors[silence.target].id, ORIGIN + silence.end, "online"),
            )
        ),
        key=lambda word: word.time,
    )
    spots = {one.id: script.spot(one.id, "smoke") for one in detectors}
    engine = Engine(campus("smoke_fault", "device_silent"), spots)
    state, found = engine.start(), []
    for word in words:
        state, more = engine.step(state, script.batch([word]))
        found += more
    raised = {one.device for one in found if isinstance(one, Anomaly) and one.kind == "smoke_fault"}
    lines = truth(world, ORIGIN, hours * HOUR)
    assert raised >= {line.device for line in lines if line.cause == "fault"}
    assert raised == {word.device for word in words}


@pytest.mark.parametrize("report_s", [5, 60])
def test_a_fault_and_the_silence_behind_it_are_one_event(script: Any, report_s: float) -> None:
    """SE-04: whichever of the two falls due first."""
    spots = {name: script.spot(name, "smoke", report_s=report_s) for name in ("s", "t")}
    engine = Engine(campus("smoke_fault", "device_silent"), spots)
    state, found = engine.start(), []
    for second in range(0, 500, 5):
        events = [script.reading(second, "t", "obscuration", 0.4)]
        if second < 100:
            events.append(script.reading(second, "s", "obscuration", 0.4))
        if second == 100:
            events.append(script.word(second, "s", "fault"))
        state, more = engine.step(state, script.batch(events))
        found += more
    one, other = found
    assert {one.kind, other.kind} == {"smoke_fault", "device_silent"}
    assert one.kind in other.supersedes or other.part_of == one.key


def test_a_detector_that_grows_dirty_is_told_before_it_alarms(script: Any) -> None:
    """HZ-17: a worsening trend, days before the limit is crossed, and tracked until it ends."""
    engine = Engine(campus("smoke_trend"), script.spots(s="smoke"))
    state, found = engine.start(), []
    for hour in range(12 * 24):
        rise = 0.05 * max(0, hour - 8 * 24) if hour < 10 * 24 else 0  # cleaned on the tenth day
        events = [
            script.reading(hour * HOUR + 600 * part, "s", "obscuration", 0.4 + 0.02 * part + rise)
            for part in range(6)
        ]
        state, more = engine.step(state, script.batch(events))
        found += more
    first, last = script.tell(found)[0], script.tell(found)[-1]
    assert first.what == "smoke_trend"
    assert 8 * 24 * HOUR < first.at < 9 * 24 * HOUR
    worst = max(one.value or 0 for one in found if isinstance(one, Anomaly))
    assert worst < 10  # the alarm's threshold in %/m
    assert last.what == "smoke_trend over"
    assert last.at > 10 * 24 * HOUR


def test_a_fire_of_a_minute_is_no_trend(script: Any) -> None:
    engine = Engine(campus("smoke_trend"), script.spots(s="smoke"))
    state, found = engine.start(), []
    for hour in range(9 * 24):
        burns = hour == 8 * 24 + 3
        events = [
            script.reading(hour * HOUR + 30 * part, "s", "obscuration", 30.0 if p else 0.4)
            for part in range(120)
            for p in [burns and part in (40, 41)]
        ]
        state, more = engine.step(state, script.batch(events))
        found += more
    assert found == []
