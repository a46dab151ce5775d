"""A flood stays workable: what one event does to many devices is one case, told in a few steps."""

from __future__ import annotations

from typing import Any

from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.anomalies.load import AFTER_UPSET
from hub.plans.read import shipped_plan

DEVICES = 40
PLAN = shipped_plan("campus")


def raised(script: Any, engine: Engine, batches: list[Any]) -> list[Anomaly]:
    state, found = engine.start(), []
    for batch in batches:
        state, more = engine.step(state, batch)
        found += more
    return [one for one in found if isinstance(one, Anomaly)]


def own_alarms(found: list[Anomaly]) -> list[Anomaly]:
    """What does not join a case that is open."""
    return [one for one in found if one.part_of is None]


def test_a_power_cut_that_silences_a_grid_is_one_case(script: Any) -> None:
    """SE-04: the group takes in the cases of the first few, all later ones join it."""
    names = [f"s{number}" for number in range(DEVICES)]
    engine = Engine(PLAN, {name: script.spot(name, "smoke") for name in (*names, "ups")})
    batches = [
        script.batch(
            [
                script.reading(second + number / 100, name, "obscuration", 0.4)
                for number, name in enumerate((*names, "ups"))
                if second < 60 or name == "ups"
            ],
            received=second + 0.5,
        )
        for second in range(0, 180, 5)
    ]
    found = raised(script, engine, batches)
    assert {one.device for one in found if one.kind == "device_silent"} == set(names)
    (whole,) = (one for one in found if one.kind == "devices_silent")
    assert len(own_alarms(found)) <= AFTER_UPSET
    alone = {one.key for one in own_alarms(found)} - {whole.key}
    assert alone <= set(whole.members)


def test_a_burst_main_that_lowers_thirty_hydrants_is_one_case(script: Any) -> None:
    """SE-04, SE-06: neighbours fall together, and their meters say that it is no draw of theirs."""
    spots = {
        f"h{number:02}": script.spot(
            f"h{number:02}", "hydrant", report_s=2, at=(100.0 * (number % 6), 100.0 * (number // 6))
        )
        for number in range(30)
    }
    engine = Engine(PLAN, spots)
    batches = []
    for second in range(0, 240, 2):
        events = []
        for number, name in enumerate(spots):
            low = second >= 120 + number / 10
            at = second + number / 20
            events.append(script.reading(at, name, "pressure", 0.12 if low else 0.33))
            events.append(script.reading(at, name, "flow", 0.0))
        batches.append(script.batch(events, received=second + 1.9))
    found = raised(script, engine, batches)
    assert {one.device for one in found if one.kind == "hydrant_low_pressure"} == set(spots)
    (whole,) = (one for one in found if one.kind == "hydrant_burst")
    assert len(own_alarms(found)) <= AFTER_UPSET
    assert {one.key for one in own_alarms(found)} - {whole.key} <= set(whole.members)
