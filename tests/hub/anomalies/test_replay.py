"""The same steps give the same findings, wherever they come from."""

from __future__ import annotations

from typing import Any

from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.anomalies.replay import Taken, Tick, replay
from hub.plans.read import shipped_plan


def test_batches_and_time_are_taken_in_order_and_findings_say_when(script: Any) -> None:
    spots = script.spots(**{"smoke-1": "smoke", "door-1": "door"})
    engine = Engine(shipped_plan("demo"), spots)
    alarm = script.batch([script.reading(1, "smoke-1", "alarm", 1)])
    doors = [script.batch([script.reading(at, "door-1", "open", at > 1)]) for at in (1, 2)]
    steps = [
        Taken(script.micros(1.1), alarm),
        *(Taken(batch.received, batch) for batch in doors),
        Tick(script.micros(2.4)),
        Tick(script.micros(2.6), script.pulse({"edge-1": 2.5})),
    ]
    found = list(replay(engine, steps))
    assert [one.at for one in found] == [script.micros(1.1), script.micros(2.6)]
    assert script.tell(one.finding for one in found) == [
        ("smoke_alarm", "smoke-1", 1, 1),
        ("door_forced", "door-1", 2, 2.5),
    ]
    assert list(replay(engine, steps)) == found


def test_a_replay_goes_on_from_a_saved_state(script: Any) -> None:
    engine = Engine(shipped_plan("demo"), script.spots(**{"hydrant-1": "hydrant"}))
    batches = [
        script.batch([script.reading(at, "hydrant-1", "pressure", 0.1)], seq=at) for at in range(6)
    ]
    steps = [Taken(batch.received, batch) for batch in batches]
    whole = list(replay(engine, steps))
    state = engine.start()
    for step in steps[:3]:
        state, found = engine.step(state, step.batch)
        assert found == []
    rest = list(replay(engine, steps[3:], engine.decode(engine.encode(state))))
    assert rest == whole
    assert isinstance(rest[0].finding, Anomaly)
