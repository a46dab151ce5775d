from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hub.anomalies.detectors import Finding
from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.engine import Engine
from hub.plans.check import accepted
from hub.plans.domain import GroupRule, Plan
from hub.plans.read import shipped_plan
from hub.sites.domain import Spot

CALM = 60  # seconds in which the usual pressure is learned
HYDRANTS = [f"h{number}" for number in range(5)]


@pytest.fixture(scope="module")
def spots(script: Any) -> dict[str, Spot]:
    """Five hydrants in a row, 100 m apart, and a smoke detector beside the second."""
    row = {
        name: msgspec.structs.replace(
            script.spot(name, "hydrant", report_s=2), at=(100.0 * number, 0.0)
        )
        for number, name in enumerate(HYDRANTS)
    }
    return row | {"s": msgspec.structs.replace(script.spot("s", "smoke"), at=(130.0, 30.0))}


def plan() -> Plan:
    """The demo plan with the campus plan's burst of many."""
    demo, campus = shipped_plan("demo"), shipped_plan("campus")
    burst = campus.rules["hydrant_burst"]
    assert isinstance(burst, GroupRule)
    rules = [name for name in burst.rules if name in demo.rules]
    rule = msgspec.structs.replace(burst, rules=rules)
    kept = {name: demo.rules[name] for name in (*rules, "smoke_alarm")}
    return accepted(msgspec.structs.replace(demo, rules=kept | {"hydrant_burst": rule}))


def play(
    script: Any, spots: dict[str, Spot], story: Any, until: int, cut: int = 2
) -> list[Finding]:
    """Every hydrant tells its pressure and flow each two seconds, as `story` gives them."""
    engine = Engine(plan(), spots)
    state, found = engine.start(), []
    for start in range(0, until, cut):
        events = [
            event for second in range(start, start + cut, 2) for event in story(float(second))
        ]
        state, more = engine.step(state, script.batch(events, received=start + cut))
        found += more
        state = engine.decode(engine.encode(state))
    return found


def calm_but(script: Any, changes: Any) -> Any:
    def story(second: float) -> list[Any]:
        told: list[Any] = []
        for name in HYDRANTS:
            pressure, flow = changes(second, name) or (0.36, 0.0)
            told.append(script.reading(second, name, "pressure", pressure))
            told.append(script.reading(second, name, "flow", flow))
        return told

    return story


def causes(found: list[Finding]) -> dict[str, Any]:
    return {one.device: one.cause and one.cause.name for one in found if isinstance(one, Anomaly)}


def test_a_theft_is_told_from_readings_alone(script: Any, spots: dict[str, Spot]) -> None:
    """SE-06: theft against burst."""

    def changes(second: float, name: str) -> Any:
        return (0.12, 44.0) if second >= CALM and name == "h2" else None

    found = play(script, spots, calm_but(script, changes), CALM + 12)
    assert causes(found) == {"h2": "theft"}
    evidence = next(one.cause.evidence for one in found if isinstance(one, Anomaly) and one.cause)
    assert evidence["neighbours"] == 4
    assert evidence["fallen"] == 0
    assert evidence["usual"] == pytest.approx(0.36)
    assert evidence["fall_s"] <= 4


def test_the_brigade_draws_near_an_alarm_and_a_while_after_it(
    script: Any, spots: dict[str, Spot]
) -> None:
    """SE-06: fire flow, from an open case of fire within 150 m."""

    def changes(second: float, name: str) -> Any:
        return (0.12, 44.0) if second >= CALM and name in ("h1", "h4") else None

    calm = calm_but(script, changes)

    def story(second: float) -> list[Any]:
        alarm = script.reading(second, "s", "alarm", float(CALM - 30 <= second < CALM))
        return [*calm(second), alarm]

    told = causes(play(script, spots, story, CALM + 12))
    assert told == {"s": None, "h1": "fire_flow", "h4": "theft"}


def test_a_burst_of_the_main_becomes_one_anomaly_of_all_that_fell(
    script: Any, spots: dict[str, Spot]
) -> None:
    """SE-04, SE-06: a sudden fall of many is one case."""

    def changes(second: float, name: str) -> Any:
        return (0.06, 0.0) if second >= CALM and name != "h4" else None

    found = play(script, spots, calm_but(script, changes), CALM + 12)
    whole = next(one for one in found if isinstance(one, Anomaly) and one.kind == "hydrant_burst")
    assert len(whole.members) == 3
    assert whole.cause is not None
    assert whole.cause.name == "burst"
    joined = [one for one in found if isinstance(one, Anomaly) and one.part_of == whole.key]
    assert len(joined) == 2  # the third and the fourth


def test_thefts_at_three_hydrants_are_no_burst(script: Any, spots: dict[str, Spot]) -> None:
    def changes(second: float, name: str) -> Any:
        at = {"h0": CALM, "h2": CALM + 80, "h4": CALM + 160}.get(name)
        return (0.12, 44.0) if at is not None and second >= at else None

    found = play(script, spots, calm_but(script, changes), CALM + 180)
    assert {one.kind for one in found} == {"hydrant_low_pressure"}
    assert set(causes(found).values()) == {"theft"}


def test_the_usual_pressure_stands_still_while_it_is_away_and_is_learned_anew_after(
    script: Any, spots: dict[str, Spot]
) -> None:
    def changes(second: float, name: str) -> Any:
        return (0.12, 44.0) if name == "h2" and CALM <= second < CALM + 600 else None

    found = play(script, spots, calm_but(script, changes), CALM + 620, cut=10)
    assert [type(one) for one in found] == [Anomaly, Recovery]
    low = found[0]
    assert isinstance(low, Anomaly)
    assert low.cause is not None
    assert low.cause.evidence["usual"] == pytest.approx(0.36)
