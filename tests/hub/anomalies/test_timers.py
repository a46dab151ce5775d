"""Timers on a fake clock: what is due is found within a second, and an outage is one case.

The follower ticks ten times a second and reads signs of life four times a second; agents report
every five seconds, as they do by default.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.anomalies.follow import TICK_S
from hub.anomalies.session import PULSE_EVERY
from hub.plans.domain import Plan
from hub.plans.read import shipped_plan

REPORT_S = 5.0  # edge.report_s
DUE_WITHIN_S = 1.0


def plan(*rules: str) -> Plan:
    campus = shipped_plan("campus")
    return msgspec.structs.replace(campus, rules={name: campus.rules[name] for name in rules})


class Clockwork:
    """A follower's loop on a clock of ours, over what agents send at which second."""

    def __init__(self, script: Any, engine: Engine) -> None:
        self.script = script
        self.engine = engine
        self.seen_at: dict[tuple[str, str], tuple[float, float]] = {}

    def run(
        self,
        until: float,
        *,
        batches: dict[float, list[Any]],
        reports: dict[str, list[float]],
        restart_every: float | None = None,
        down: tuple[float, float] = (0, 0),
    ) -> list[Anomaly]:
        """Play it all; notes when each anomaly was seen, and when it was due."""
        state, found = self.engine.start(), list[Anomaly]()
        pending = [(at, batch) for at in sorted(batches) for batch in batches[at]]
        pulsed, ticks = 0.0, round(until / TICK_S)
        for tick in range(ticks + 1):
            now = tick * TICK_S
            if down[0] <= now < down[1]:
                continue
            more: list[Any] = []
            while pending and pending[0][0] <= now:
                state, told = self.engine.step(state, pending.pop(0)[1])
                more += told
            if now - pulsed >= PULSE_EVERY / 1e6:
                pulsed = now
                last = {
                    agent: max((at for at in times if at <= now), default=None)
                    for agent, times in reports.items()
                }
                signs = {agent: at for agent, at in last.items() if at is not None}
                pulse = self.script.pulse(signs, ingest=now - now % 5)
                state, told = self.engine.pulse(state, pulse)
                more += told
            state, told = self.engine.due(state, self.script.micros(now))
            for one in [*more, *told]:
                if isinstance(one, Anomaly):
                    found.append(one)
                    due = (one.raised - self.script.micros(0)) / 1e6
                    self.seen_at[one.kind, one.device] = (now, due)
            if restart_every and tick % round(restart_every / TICK_S) == 0:
                state = self.engine.decode(self.engine.encode(state))
        return found


def every(
    script: Any, device: str, start: float, end: float, step: float
) -> dict[float, list[Any]]:
    batches: dict[float, list[Any]] = {}
    at = start
    while at <= end:
        reading = script.reading(at, device, "pressure", 0.3)
        batches[round(at, 3)] = [script.batch([reading], received=at)]
        at += step
    return batches


@settings(max_examples=15, deadline=None)
@given(
    report_s=st.sampled_from([2.5, 3, 5, 10, 60]),
    phase=st.floats(0.05, 4.95),
    restart=st.sampled_from([None, 0.3]),
)
def test_a_silent_device_is_found_within_a_second_of_due(
    script: Any, report_s: float, phase: float, restart: float | None
) -> None:
    """SE-06: even when its agent has nothing to say but its report every five seconds."""
    engine = Engine(plan("device_silent"), {"h": script.spot("h", "hydrant", report_s=report_s)})
    last = 20 + report_s
    until = last + 3 * report_s + 8
    clockwork = Clockwork(script, engine)
    clockwork.run(
        until,
        batches=every(script, "h", last - report_s, last, report_s),
        reports={"edge-1": [phase + REPORT_S * n for n in range(int(until / REPORT_S) + 1)]},
        restart_every=restart,
    )
    seen, due = clockwork.seen_at["device_silent", "h"]
    assert due == pytest.approx(last + 3 * report_s, abs=1e-5)
    assert 0 <= seen - due <= DUE_WITHIN_S


@settings(max_examples=15, deadline=None)
@given(died=st.floats(30, 45), report_s=st.sampled_from([1, 2, 5]), alive=st.integers(1, 6))
def test_an_agents_outage_is_one_case_whenever_it_begins(
    script: Any, died: float, report_s: float, alive: int
) -> None:
    """SE-06: the silences of its devices are held back; the agent's own is found in time."""
    names = [f"h{number}" for number in range(20)]
    spots = {name: script.spot(name, "hydrant", report_s=report_s) for name in names}
    spots["other"] = msgspec.structs.replace(script.spot("other", "hydrant"), agent="edge-2")
    batches: dict[float, list[Any]] = {}
    for number, name in enumerate(names):
        for at, many in every(script, name, report_s * number / 20, died, report_s).items():
            batches.setdefault(at, []).extend(many)
    for at in range(0, 300, 5):
        reading = script.reading(at, "other", "pressure", 0.3)
        batches.setdefault(at + alive / 10, []).append(
            script.batch([reading], received=at + alive / 10, agent="edge-2")
        )
    clockwork = Clockwork(script, Engine(plan("device_silent", "agent_silent"), spots))
    found = clockwork.run(
        260,
        batches=batches,
        reports={
            "edge-1": [REPORT_S * n for n in range(int(died / REPORT_S) + 1)],
            "edge-2": [REPORT_S * n for n in range(60)],
        },
    )
    assert [(one.kind, one.device) for one in found] == [("agent_silent", "edge-1")]
    seen, due = clockwork.seen_at["agent_silent", "edge-1"]
    assert 0 <= seen - due <= DUE_WITHIN_S


@pytest.mark.parametrize("down", [(0, 0), (70, 75), (84, 95)])
def test_a_breach_is_raised_within_a_second_of_its_duration(
    script: Any, down: tuple[float, float]
) -> None:
    """SE-06: due by the clock between two reports, and right after a restart of the hub."""
    spots = {"h": script.spot("h", "hydrant", report_s=10)}
    low = {
        float(at): [script.batch([script.reading(at, "h", "pressure", 0.12)], received=at)]
        for at in range(24, 95, 9)
    }
    clockwork = Clockwork(script, Engine(plan("hydrant_low_pressure"), spots))
    (found,) = clockwork.run(100, batches=low, reports={"edge-1": [0.0]}, down=down)
    seen, due = clockwork.seen_at["hydrant_low_pressure", "h"]
    assert (found.started, found.raised) == (script.micros(24), script.micros(84))
    assert due <= seen <= max(due, down[1] if down[0] <= due + 0.4 else 0) + DUE_WITHIN_S


def test_one_low_reading_alone_never_falls_due_by_the_clock(script: Any) -> None:
    spots = {"h": script.spot("h", "hydrant", report_s=60)}
    story = [(0, 0.12), (60.4, 0.3)]
    batches = {
        at: [script.batch([script.reading(at, "h", "pressure", value)], received=at)]
        for at, value in story
    }
    clockwork = Clockwork(script, Engine(plan("hydrant_low_pressure"), spots))
    assert clockwork.run(80, batches=batches, reports={"edge-1": [0.0]}) == []
