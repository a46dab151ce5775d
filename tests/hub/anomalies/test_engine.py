from __future__ import annotations

import logging
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.engine import Engine
from hub.plans.domain import Plan
from hub.plans.read import shipped_plan
from hub.sites.domain import Spot


@pytest.fixture(scope="module")
def spots(script: Any) -> dict[str, Spot]:
    return {
        "h": script.spot("h", "hydrant"),
        "s": script.spot("s", "smoke"),
        "cam": script.spot("cam", "camera"),
        "door": script.spot("door", "door", place="gate"),
        "in": script.spot("in", "reader", place="gate"),
    }


@pytest.fixture(scope="module")
def engine(spots: dict[str, Spot]) -> Engine:
    return Engine(shipped_plan("demo"), spots)


def only(*rules: str) -> Plan:
    demo = shipped_plan("demo")
    return msgspec.structs.replace(demo, rules={name: demo.rules[name] for name in rules})


def test_every_kind_of_the_demo_plan_can_be_found(script: Any, engine: Engine) -> None:
    story = [
        *(script.reading(second, "h", "pressure", 0.0) for second in range(6)),
        script.reading(6, "s", "alarm", 1),
        script.detection(7, "cam", "fire"),
        *(script.detection(second, "cam", "lane_occupied") for second in range(8, 14)),
        *(script.detection(second, "cam", "lens_covered") for second in range(14, 20)),
        script.reading(20, "door", "open", 0),
        script.reading(30, "door", "open", 1),
    ]
    state, kinds = engine.start(), set()
    for number, event in enumerate(story):
        state, found = engine.step(state, script.batch([event], received=number))
        kinds |= {told.what for told in script.tell(found)}
    for second in range(30, 80, 5):
        silent = script.batch([script.reading(second, "s", "alarm", 1)], received=second)
        state, found = engine.step(state, silent)
        kinds |= {told.what for told in script.tell(found)}
    assert {kind for kind in kinds if not kind.endswith(" over")} == {
        "hydrant_no_water",
        "smoke_alarm",
        "camera_fire",
        "lane_blocked",
        "lens_covered",
        "door_forced",
        "device_silent",
    }


def test_carried_history_is_not_judged_but_moves_the_clock(script: Any, engine: Engine) -> None:
    event = script.reading(0, "s", "alarm", 1)
    state, found = engine.step(engine.start(), script.batch([event], received=5, origin="courier"))
    assert (found, state.now) == ([], script.micros(5))


def test_a_rule_that_is_off_finds_nothing(script: Any, spots: dict[str, Spot]) -> None:
    campus = Engine(shipped_plan("campus"), spots)
    story = [script.reading(second, "h", "pressure", 0.0) for second in range(0, 70, 5)]
    _, found = campus.step(campus.start(), script.batch(story))
    assert [told.what for told in script.tell(found)] == ["hydrant_critical_pressure"]


def test_an_agent_has_a_spot_like_its_devices(engine: Engine) -> None:
    assert engine.spots["edge-1"].kind == "agent"
    assert engine.spots["edge-1"].warden == "p-warden"


def test_state_survives_a_plan_that_gained_and_lost_rules(
    script: Any, spots: dict[str, Spot]
) -> None:
    before = Engine(only("hydrant_low_pressure", "camera_fire"), spots)
    after = Engine(only("hydrant_low_pressure", "smoke_alarm"), spots)
    state, _ = before.step(before.start(), script.batch([script.reading(0, "h", "pressure", 0.1)]))
    state = after.decode(before.encode(state))
    _, found = after.step(state, script.batch([script.reading(4, "h", "pressure", 0.1)]))
    assert [told.started for told in script.tell(found)] == [0]


def test_a_state_of_another_form_starts_that_detector_afresh(
    script: Any, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    fire, _ = engine.step(
        engine.start(), script.batch([script.detection(0, "cam", "fire")], received=1)
    )
    saved = msgspec.msgpack.decode(engine.encode(fire))
    saved["states"]["door_forced"] = {"contacts": 7}
    with caplog.at_level(logging.WARNING):
        state = engine.decode(msgspec.msgpack.encode(saved))
    assert "detector door_forced starts afresh" in caplog.text
    assert state.states["camera_fire"] == fire.states["camera_fire"]


EVENTS = st.sampled_from(
    ["low", "fine", "alarm", "quiet", "open", "close", "grant", "fire", "lane"]
)


@settings(max_examples=150, deadline=None)
@given(
    story=st.lists(st.tuples(st.sampled_from([0.3, 1.1, 6]), EVENTS), max_size=40),
    restarts=st.sets(st.integers(0, 40)),
    ticks=st.sets(st.integers(0, 40)),
)
def test_restarts_and_ticks_anywhere_change_nothing(
    script: Any,
    engine: Engine,
    story: list[tuple[float, str]],
    restarts: set[int],
    ticks: set[int],
) -> None:
    """Live with ticks in between, in replay without, and over restarts: always the same."""

    def event(second: float, what: str) -> Any:
        match what:
            case "low" | "fine":
                return script.reading(second, "h", "pressure", 0.1 if what == "low" else 0.3)
            case "alarm" | "quiet":
                return script.reading(second, "s", "alarm", float(what == "alarm"))
            case "open" | "close":
                return script.reading(second, "door", "open", float(what == "open"))
            case "grant":
                return script.swipe(second, "in")
            case _:
                kind = "fire" if what == "fire" else "lane_occupied"
                return script.detection(second, "cam", kind)

    times = [0.0]
    for passed, _ in story:
        times.append(times[-1] + passed)

    def run(again: set[int], tick: set[int]) -> list[Any]:
        state, found = engine.start(), []
        for number, ((before, second), (_, what)) in enumerate(
            zip(pairwise(times), story, strict=True)
        ):
            if number in again:
                state = engine.decode(engine.encode(state))
            if number in tick:
                state, more = engine.due(state, script.micros((before + second) / 2))
                found += more
            state, more = engine.step(state, script.batch([event(second, what)], received=second))
            found += more
        _, more = engine.due(state, script.micros(times[-1] + 1))
        told = script.tell([*found, *more])
        # When a silence is noticed depends on when somebody looks; that it is does not.
        return sorted((one.what, one.device, one.started) for one in told)

    assert run(restarts, ticks) == run(set(), set())
