"""Judge: ask the hub's own code for the cause of each simulated trouble of the water supply."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from edge.columns import Reading, pack_readings
from edge.simulate.clock import SECOND
from edge.simulate.hydrants import concerns_water, fully_shown
from edge.simulate.noise import as_ints
from edge.simulate.run import Run
from edge.simulate.world import World
from edge.wire import Micros
from hub.anomalies.detectors import Finding
from hub.anomalies.domain import Anomaly, Cause, Recovery
from hub.anomalies.row import Row
from hub.anomalies.water import Water, WaterState
from hub.sites.domain import Name, Spot
from ingest.feed import CommittedBatch

BATCH: Micros = 2 * SECOND
TIME_ZONE = "Asia/Shanghai"
_SAME_AS = {"hose": "theft"}


class Verdict(msgspec.Struct, frozen=True):
    """One trouble: what it was, and what it was taken for."""

    truth: str
    device: str
    cause: Cause

    @property
    def right(self) -> bool:
        """Whether the likeliest cause is the true one."""
        return self.cause.name == _SAME_AS.get(self.truth, self.truth)


def judged(
    world: World,
    origin: Micros,
    hours: float,
    after_s: float,
    without: frozenset[str] = frozenset(),
) -> list[Verdict]:
    """Every trouble that shows in full within so many hours, asked about `after_s` later."""
    run = Run(world, origin)
    end = int(hours * 3600 * SECOND)
    water, state = Water(_spots(world), TIME_ZONE), WaterState()
    hydrants = world.of_kind("hydrant")
    questions = sorted(
        (
            (fully_shown(trouble) + int(after_s * SECOND), trouble)
            for trouble in world.troubles.between(0, end)
            if concerns_water(trouble) and trouble.end > fully_shown(trouble) + after_s * SECOND
        ),
        key=lambda pair: pair[0],
    )
    alarms = sorted(_alarms(run, end), key=lambda pair: pair[0])
    verdicts: list[Verdict] = []
    for at in range(0, end, BATCH):
        state = water.step(state, Row(_batch(run, at, at + BATCH, without)))
        while alarms and alarms[0][0] <= at + BATCH:
            state, _ = water.explain(state, [alarms.pop(0)[1]])
        while questions and questions[0][0] <= at + BATCH:
            asked, trouble = questions.pop(0)
            hydrant = hydrants[world.hydraulics.openings[trouble.target].hydrant].id
            _, told = water.explain(state, [_low(hydrant, run.clock.event(asked))])
            assert isinstance(told[0], Anomaly)
            assert told[0].cause is not None
            verdicts.append(Verdict(trouble.cause, hydrant, told[0].cause))
    return verdicts


def _batch(run: Run, after: Micros, until: Micros, without: frozenset[str]) -> CommittedBatch:
    due = run.hydrants.beats.due(after, until)
    gauged, body = run.hydrants.read(due), run.hydrants.watch(due)
    told = due.where(body.tell)
    columns = {
        "pressure": (due, gauged.pressure),
        "flow": (due, gauged.flow),
        "cap": (told, body.cap[body.tell]),
        "tilt": (told, body.tilt[body.tell]),
    }
    names = [device.id for device in run.world.of_kind("hydrant")]
    devices, quantities, readings = pack_readings(
        [
            Reading(names[device], quantity, time, value)
            for quantity, (beats, values) in columns.items()
            if quantity not in without
            for device, time, value in zip(
                as_ints(beats.device),
                as_ints(run.clock.events(beats.time)),
                values.tolist(),
                strict=True,
            )
        ]
    )
    return CommittedBatch(
        agent="west",
        epoch=1,
        seq=1,
        origin="live",
        received=run.clock.event(until),
        devices=devices,
        quantities=quantities,
        readings=readings,
        swipes=[],
        detections=[],
        states=[],
    )


def _alarms(run: Run, end: Micros) -> Iterator[tuple[Micros, Finding]]:
    detectors = run.world.of_kind("smoke")
    for span in run.smoke.alarms(0, end):
        on, off = run.clock.event(span.on), run.clock.event(span.off)
        alarm = Anomaly(
            rule="smoke_alarm",
            kind="smoke_alarm",
            device=detectors[span.detector].id,
            started=on,
            raised=on,
            value=1,
            limit=1,
            unit="1",
            quantity="alarm",
            grade="emergency",
        )
        yield span.on, alarm
        over = Recovery(
            rule=alarm.rule,
            kind=alarm.kind,
            device=alarm.device,
            started=on,
            recovered=off,
            value=0,
        )
        yield span.off, over


def _low(hydrant: str, at: Micros) -> Anomaly:
    return Anomaly(
        rule="hydrant_low_pressure",
        kind="hydrant_low_pressure",
        device=hydrant,
        started=at,
        raised=at,
        value=None,
        limit=None,
        unit="MPa",
        quantity="pressure",
        grade="serious",
    )


def _spots(world: World) -> dict[str, Spot]:
    return {
        device.id: Spot(
            device=device.id,
            kind=device.kind,
            place=device.place,
            place_name=Name(device.place, device.place),
            at=device.at,
            grid="",
            grid_path=("",),
            warden=None,
            stand_in=None,
            agent=device.agent,
            report_s=device.report_s,
        )
        for device in world.devices
    }
