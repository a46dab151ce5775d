"""Result: an evaluation's figures and goals, for people and for programs."""

from __future__ import annotations

import numpy as np

from edge.simulate.clock import DAY, SECOND
from gridwarden.backtest.match import Hit, Matched
from hub.anomalies.domain import Anomaly
from hub.anomalies.load import AFTER_UPSET, AVERAGE, load_of
from tools.bench.result import Goal, Result
from tools.evaluate.run import ORIGIN, Evaluated

FALSE_GOAL = 1.0  # per 100 sensors and day: the goal that was set
EMERGENCIES = ("smoke_alarm", "camera_fire")

# Ours, in seconds past the moment when a rule's own wait is over: what one kind of event may take
# to be found. Alarms and silence are timers; a limit needs the next reading, which comes every two
# seconds from a hydrant; vision needs some seconds to be sure of flames.
LIMITS_S = {
    "smoke_alarm": 1.0,
    "door_forced": 1.0,
    "device_silent": 1.0,
    "agent_silent": 1.0,
    "hydrant_low_pressure": 3.0,
    "hydrant_no_water": 3.0,
    "hydrant_knocked": 1.0,
    "lane_blocked": 5.0,
    "lens_covered": 5.0,
    "camera_fire": 8.0,
}


def result_of(run: Evaluated, cpu_s: float) -> Result:
    """The figures of a run that took so many seconds of one core."""
    options, matched = run.options, run.matched
    days = (run.end - ORIGIN) / DAY
    sensors = len(run.world.devices)
    result = Result(f"evaluate {options.recipe} seed {options.seed} plan {run.plan.name}")
    result.figures = {
        "hours of event time": options.hours,
        "seconds of one core": cpu_s,
        "items": float(run.readings),
        "batches": float(run.batches),
        "true events found": float(len(matched.hits)),
        "true events in an open case": float(len(matched.joined)),
        "true events too short for the rule": float(len(matched.short)),
        "found only after an outage": float(sum(hit.held for hit in matched.hits)),
    }
    for kind in matched.kinds():
        result.figures |= _of_kind(kind, matched.of_kind(kind))
    late = [hit for hit in matched.hits if _is_late(hit)]
    result.goals = {
        "true events missed": Goal(0, float(len(matched.missed)), at_least=False),
        "found beyond the kind's limit": Goal(0, float(len(late)), at_least=False),
        "at another grid than the true one": Goal(0, float(len(matched.misplaced)), at_least=False),
        "raised twice": Goal(0, float(len(matched.twice)), at_least=False),
        "false per 100 sensors and day": Goal(
            FALSE_GOAL, len(matched.false) / (sensors / 100) / days, at_least=False
        ),
    }
    if run.differing is not None:
        result.goals["anomalies that a replay finds otherwise"] = Goal(
            0, float(len(run.differing)), at_least=False
        )
    _add_load(result, run)
    told = [f"missed: {line.kind} of {line.device} at {_at(line.since)}" for line in matched.missed]
    told += [f"false: {one.kind} of {one.device} at {_at(one.raised)}" for one in matched.false]
    told += [
        f"late: {hit.truth.kind} of {hit.truth.device} at {_at(hit.truth.since)}, "
        f"{hit.delay_s:.2f} s past due"
        for hit in late
    ]
    told += [
        f"replayed otherwise: {one['kind']} of {one['device']} at {_at(one['raised'])}"
        for one in run.differing or ()
    ]
    result.notes = told[:20] + ([f"and {len(told) - 20} more"] if len(told) > 20 else [])
    return result


def _of_kind(kind: str, matched: Matched) -> dict[str, float]:
    figures = {
        f"{kind} found": float(len(matched.hits)),
        f"{kind} missed": float(len(matched.missed)),
        f"{kind} false": float(len(matched.false)),
    }
    delays = [hit.delay_s for hit in matched.hits if not hit.held]
    if delays:
        for name, share in (("median", 50), ("p95", 95), ("most", 100)):
            figures[f"{kind} delay {name} s"] = float(np.percentile(delays, share))
    return figures


def _add_load(result: Result, run: Evaluated) -> None:
    """One desk for the whole campus; what joins a case that is open is no alarm of its own."""
    raised = [
        one for one in run.found if isinstance(one.finding, Anomaly) and one.finding.part_of is None
    ]
    times = [one.at for one in raised]
    cameras = {device.id for device in run.world.of_kind("camera")}
    looped = sum(one.finding.device in cameras for one in raised)
    upsets = [
        line.since for line in run.lines if line.kind in EMERGENCIES or line.cause == "outage"
    ]
    load = load_of(times, run.end - ORIGIN, upsets)
    events = sum(line.expect_case for line in run.lines)
    result.figures |= {
        "alarms per 10 min": load.average,
        "alarms per 10 min but for the cameras' loops": (
            (len(raised) - looped) * 600 * SECOND / (run.end - ORIGIN)
        ),
        "true events per 10 min": events * 600 * SECOND / (run.end - ORIGIN),
        "most alarms in 10 min": float(load.most),
        "share of 10 min with more than 10": load.flooded,
    }
    result.goals["alarms per 10 min (EEMUA 191)"] = Goal(AVERAGE, load.average, at_least=False)
    result.goals["alarms in the 10 min after an upset (EEMUA 191)"] = Goal(
        AFTER_UPSET, None if load.after_upset is None else float(load.after_upset), at_least=False
    )


def _is_late(hit: Hit) -> bool:
    """What waited in a spool is as late as its link was; that tells nothing of the rules."""
    return not hit.held and hit.delay_s > LIMITS_S.get(hit.truth.kind, 1.0)


def _at(time: int) -> str:
    return f"{(time - ORIGIN) / SECOND:.1f} s"
