"""Truth: what happened in a live run, where and from when, as a perfect observer of the readings.

A line starts when the device's own readings first show the condition: the first pressure beyond
the limit, the alarm bit, the opened contact, the third report that did not come. Lines that no
rule should make a case of (a leak that leaves enough pressure) say so in `expect_case`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
import numpy as np

from edge.simulate.beats import Due
from edge.simulate.breaches import Breach, breaches
from edge.simulate.clock import SECOND
from edge.simulate.devices import REPORT_S
from edge.simulate.footage import LOOP_S, camera_events
from edge.simulate.hydrants import concerns_water, fully_shown
from edge.simulate.misuse import MisuseKind
from edge.simulate.noise import as_ints
from edge.simulate.run import Run
from edge.simulate.smoke import alarm_span
from edge.simulate.troubles import AFTERMATH, Trouble
from edge.simulate.waterworks import HYDRANTS
from edge.simulate.world import World
from edge.wire import Micros

MISSED_REPORTS = 3  # ours: a device is silent once so many reports in a row did not come
DENIALS = 5  # ours: repeated denials are 5 in 30 s
HELD_LONG_S = 35.0  # ours: doors that are open no longer need not become cases
LONG_ENOUGH_S = 8.0  # ours: shorter breaches of a limit need not become cases

TruthKind = Literal[
    "hydrant_low_pressure",
    "hydrant_no_water",
    "hydrant_knocked",
    "smoke_alarm",
    "lane_blocked",
    "door_forced",
    "door_held_open",
    "passback",
    "repeated_denials",
    "unknown_card",
    "impossible_travel",
    "duress",
    "card_lockout",
    "device_silent",
    "camera_fire",
    "lens_covered",
]


_MISUSED: dict[MisuseKind, TruthKind] = {
    "held_open": "door_held_open",
    "denials": "repeated_denials",
    "cloned_card": "impossible_travel",
    "passback": "passback",
    "unknown_card": "unknown_card",
    "duress": "duress",
    "lockout": "card_lockout",
}


class TruthLine(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of one device; `since` is called `from` in the file. Event times."""

    kind: TruthKind
    cause: str
    device: str
    place: str
    since: Micros = msgspec.field(name="from")
    until: Micros | None
    expect_case: bool


def truth(world: World, origin: Micros, horizon_s: float, speed: float = 1.0) -> list[TruthLine]:
    """Everything that starts within `horizon_s` seconds of event time from the origin, in order.

    Raises:
        ValueError: the speed is below 1.
    """
    run = Run(world, origin, speed)
    end = origin + int(horizon_s * SECOND)
    until = run.clock.world(end)
    lines = [
        *_water(run, until),
        *_smoke(run, until),
        *_silence(run, until),
        *_doors(run, until),
        *_misused(run, until),
        *_cameras(run, end),
    ]
    due = [line for line in lines if origin <= line.since < end]
    return sorted(due, key=lambda line: (line.since, line.device, line.kind))


def encode_truth(lines: list[TruthLine]) -> bytes:
    """The truth file: one JSON object per line."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def decode_truth(text: bytes) -> list[TruthLine]:
    """The lines of a truth file.

    Raises:
        msgspec.MsgspecError: a line is not of this form.
    """
    return [msgspec.json.decode(line, type=TruthLine) for line in text.splitlines()]


def _smoke(run: Run, until: Micros) -> Iterator[TruthLine]:
    detectors = run.world.of_kind("smoke")
    for trouble in run.world.troubles.between(0, until):
        if trouble.cause in ("fire", "cooking"):
            span, detector = alarm_span(trouble), detectors[trouble.target]
            yield TruthLine(
                kind="smoke_alarm",
                cause=trouble.cause,
                device=detector.id,
                place=detector.place,
                since=run.clock.event(span.on),
                until=run.clock.event(span.off),
                expect_case=True,
            )


def _silence(run: Run, until: Micros) -> Iterator[TruthLine]:
    detectors, beats = run.world.of_kind("smoke"), run.smoke.beats
    patience = int(MISSED_REPORTS * REPORT_S["smoke"] * SECOND)
    for silence in run.smoke.silences(0, until):
        heard = beats.last_before(silence.target, silence.start) or 0
        if silence.cause == "fault":
            heard = silence.start  # the fault itself is its last word
        back = beats.first_from(silence.target, silence.end)
        since, again = run.clock.event(heard) + patience, run.clock.event(back)
        if since < again:
            yield TruthLine(
                kind="device_silent",
                cause=silence.cause,
                device=detectors[silence.target].id,
                place=detectors[silence.target].place,
                since=since,
                until=again,
                expect_case=_long_enough(since, again),
            )


def _doors(run: Run, until: Micros) -> Iterator[TruthLine]:
    doors = run.world.of_kind("door")
    for forced in run.doors.forced(0, until):
        yield TruthLine(
            kind="door_forced",
            cause=forced.cause,
            device=doors[forced.target].id,
            place=doors[forced.target].place,
            since=run.clock.event(forced.start),
            until=run.clock.event(forced.end),
            expect_case=True,
        )


def _misused(run: Run, until: Micros) -> Iterator[TruthLine]:
    """A door held open from its opening on; cards at the swipe that shows what is wrong."""
    doors, places = run.world.of_kind("door"), {d.id: d.place for d in run.world.devices}
    for misuse in run.doors.misuses(0, until):
        if misuse.kind == "held_open":
            device, (since, end) = doors[misuse.door].id, run.doors.held(misuse)
        else:
            shown = run.shown(misuse)
            telling = shown[DENIALS - 1 if misuse.kind == "denials" else -1]
            device, since, end = run.world.readers[telling.reader], telling.time, shown[-1].time
        since, end = run.clock.event(since), run.clock.event(end)
        yield TruthLine(
            kind=_MISUSED[misuse.kind],
            cause=misuse.kind,
            device=device,
            place=places[device],
            since=since,
            until=end,
            expect_case=misuse.kind != "held_open" or end - since >= HELD_LONG_S * SECOND,
        )


def _cameras(run: Run, end: Micros) -> Iterator[TruthLine]:
    """Footage is played in real time whatever the speed, again and again."""
    places = {camera.id: camera.place for camera in run.world.of_kind("camera")}
    origin, loop = run.clock.origin, int(LOOP_S * SECOND)
    for start in range(origin, end, loop):
        for event in camera_events(run.world.seed):
            yield TruthLine(
                kind=event.kind,
                cause="footage",
                device=event.camera,
                place=places[event.camera],
                since=start + int(event.start_s * SECOND),
                until=start + int(event.end_s * SECOND),
                expect_case=True,
            )


def _water(run: Run, until: Micros) -> Iterator[TruthLine]:
    """Every stay beyond a limit of any hydrant, and the troubles that cause none."""
    troubles = [t for t in run.world.troubles.between(0, until) if concerns_water(t)]
    told: set[Trouble] = set()
    for start, end in _stretches(troubles):
        due = run.hydrants.beats.due(start - 1, end)
        pressure = run.hydrants.read(due).pressure
        for hydrant in range(HYDRANTS):
            own = due.device == hydrant
            for breach in breaches(pressure[own]):
                trouble = _culprit(run, due.where(own), breach)
                told.add(trouble)
                yield _breach_line(run, due.where(own), breach, trouble)
    yield from (_harmless(run, trouble) for trouble in troubles if trouble not in told)
    yield from (_knocked_line(run, trouble) for trouble in troubles if trouble.knocked)


def _stretches(troubles: list[Trouble]) -> list[tuple[Micros, Micros]]:
    """When at least one trouble shows, as separate stretches of world time."""
    stretches: list[tuple[Micros, Micros]] = []
    for trouble in troubles:
        end = trouble.end + AFTERMATH
        if stretches and trouble.start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((trouble.start, end))
    return stretches


def _culprit(run: Run, due: Due, breach: Breach) -> Trouble:
    """The trouble that takes most pressure in the middle of the breach."""
    middle = np.array([(breach.first + breach.after) // 2])
    beat = Due(due.device[middle], due.number[middle], due.time[middle])
    return max(run.hydrants.troubles(beat), key=lambda t: float(run.hydrants.drop(beat, t)[0]))


def _breach_line(run: Run, due: Due, breach: Breach, trouble: Trouble) -> TruthLine:
    device = run.world.of_kind("hydrant")[int(due.device[0])]
    times = as_ints(run.clock.events(due.time))
    since, until = times[breach.first], times[breach.after]
    return TruthLine(
        kind=breach.kind,
        cause=trouble.cause,
        device=device.id,
        place=device.place,
        since=since,
        until=until,
        expect_case=_long_enough(since, until),
    )


def _knocked_line(run: Run, trouble: Trouble) -> TruthLine:
    """From the first beat at which the hydrant leans to the first at which it stands again."""
    hydrant = run.world.hydraulics.openings[trouble.target].hydrant
    device, beats = run.world.of_kind("hydrant")[hydrant], run.hydrants.beats
    return TruthLine(
        kind="hydrant_knocked",
        cause="burst",
        device=device.id,
        place=device.place,
        since=run.clock.event(beats.first_from(hydrant, trouble.start)),
        until=run.clock.event(beats.first_from(hydrant, trouble.end)),
        expect_case=True,
    )


def _harmless(run: Run, trouble: Trouble) -> TruthLine:
    hydrant = run.world.hydraulics.openings[trouble.target].hydrant
    device = run.world.of_kind("hydrant")[hydrant]
    return TruthLine(
        kind="hydrant_low_pressure",
        cause=trouble.cause,
        device=device.id,
        place=device.place,
        since=run.clock.event(fully_shown(trouble)),
        until=run.clock.event(trouble.end),
        expect_case=False,
    )


def _long_enough(since: Micros, until: Micros) -> bool:
    return until - since >= LONG_ENOUGH_S * SECOND
