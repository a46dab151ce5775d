"""Driver: the simulated campus as an agent reads it, poll by poll.

What is sent depends on the world, the origin and the speed alone, never on when it is polled.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.columns import Reading
from edge.sample import Sample
from edge.simulate.beats import Beats, Due
from edge.simulate.clock import SECOND
from edge.simulate.devices import EAST, REPORT_S, WEST, DeviceKind
from edge.simulate.noise import as_ints
from edge.simulate.run import Run
from edge.simulate.swipes import SwipeColumns, swipe_records
from edge.simulate.world import World
from edge.wire import DeviceState, Micros

_MOST_AT_ONCE = (
    30 * SECOND
)  # of event time per poll; after a longer sleep it catches up poll by poll
_APART = SECOND // 20  # a heartbeat this near to a change of the same bit is left out


class _Change(NamedTuple):
    """A bit of a device turns to `value` at a world time."""

    time: Micros
    device: int
    value: float


class SimulatedDriver:
    """The fixed sensors, doors and readers of one agent, `west` or `east`.

    The first poll sends nothing: a driver goes on from when it is first polled, be it before the
    origin, shortly after, or after a restart. Devices keep their `report_s` in world time.

    Raises:
        ValueError: another agent's name, or a speed below 1.
    """

    def __init__(self, world: World, agent: str, origin: Micros, speed: float = 1.0) -> None:
        if agent not in (WEST, EAST):
            raise ValueError(f"agent {agent!r} reads no simulated sensors; {WEST} and {EAST} do")
        self._run = Run(world, origin, speed)
        self._agent = agent
        self._polled: Micros | None = None
        self._names: dict[DeviceKind, list[str]] = {}
        self._own: dict[DeviceKind, NDArray[np.int64]] = {}
        for kind in ("hydrant", "smoke", "door"):
            devices = world.of_kind(kind)
            self._names[kind] = [device.id for device in devices]
            mine = [device.agent == agent for device in devices]
            self._own[kind] = np.flatnonzero(mine)
        agents = {device.id: device.agent for device in world.of_kind("reader")}
        self._own_readers = np.array([agents[reader] == agent for reader in world.readers])
        self._readers = Beats(len(world.readers), REPORT_S["reader"])

    @property
    def devices(self) -> int:
        """How many devices this agent reads."""
        return sum(len(own) for own in self._own.values()) + int(self._own_readers.sum())

    def poll(self, now: Micros) -> Iterable[Sample]:
        """What fell due since the last poll: doors' changes and alarms first, then the rest."""
        before_origin = self._run.clock.origin - 1
        if self._polled is None:
            self._polled = max(now, before_origin)
            return []
        since, until = self._polled, min(now, self._polled + _MOST_AT_ONCE)
        if until <= since:
            return []
        self._polled = until
        return self._between(self._run.clock.world(since), self._run.clock.world(until))

    def close(self) -> None:
        """Nothing is held."""

    def _between(self, after: Micros, until: Micros) -> list[Sample]:
        """What falls due in (after, until] of world time."""
        urgent, bulk = Sample(urgent=True), Sample()
        self._hydrants(after, until, bulk)
        self._smoke(after, until, urgent, bulk)
        self._doors(after, until, urgent, bulk)
        self._swipes(self._run.door_swipes(after, until), urgent)
        self._swipes(self._run.resident_swipes(after, until), bulk)
        self._misused(after, until, urgent, bulk)
        self._reader_beats(after, until, bulk)
        for sample in (urgent, bulk):
            sample.readings.sort(key=lambda reading: reading.time)
        return [sample for sample in (urgent, bulk) if len(sample)]

    def _hydrants(self, after: Micros, until: Micros, bulk: Sample) -> None:
        hydrants = self._run.hydrants
        due = hydrants.beats.due(after, until, self._own["hydrant"])
        gauged = hydrants.read(due)
        bulk.readings += self._readings("hydrant", "pressure", due, gauged.pressure)
        bulk.readings += self._readings("hydrant", "flow", due, gauged.flow)
        body = hydrants.watch(due)
        told = due.where(body.tell)
        bulk.readings += self._readings("hydrant", "cap", told, body.cap[body.tell])
        bulk.readings += self._readings("hydrant", "tilt", told, body.tilt[body.tell])

    def _smoke(self, after: Micros, until: Micros, urgent: Sample, bulk: Sample) -> None:
        smoke, own, event = self._run.smoke, self._own["smoke"], self._run.clock.event
        due = smoke.speaking(smoke.beats.due(after, until, own))
        bulk.readings += self._readings("smoke", "obscuration", due, smoke.obscuration(due))
        changes = [
            _Change(at, span.detector, value)
            for span in smoke.alarms(after - _APART, until + _APART)
            if (own == span.detector).any()
            for at, value in ((span.on, 1.0), (span.off, 0.0))
        ]
        steady = due.where(_apart(due, changes))
        fresh = [change for change in changes if after < change.time <= until]
        hurried = {change.device for change in fresh if change.value == 1.0}
        beats = self._readings("smoke", "alarm", steady, smoke.alarm(steady))
        self._add_bit("smoke", "alarm", beats, fresh, hurried, urgent, bulk)
        names = self._names["smoke"]
        for silence in smoke.silences(after, until):
            if silence.cause == "fault" and (own == silence.target).any():
                for at, state in ((silence.start, "fault"), (silence.end, "online")):
                    if after < at <= until:
                        bulk.states.append(DeviceState(names[silence.target], event(at), state))

    def _doors(self, after: Micros, until: Micros, urgent: Sample, bulk: Sample) -> None:
        doors, own = self._run.doors, self._own["door"]
        spans = doors.open_spans(after - _APART, until + _APART)
        changes = [
            _Change(at, door, value)
            for door, opens, closes in zip(
                as_ints(spans.door), as_ints(spans.opens), as_ints(spans.closes), strict=True
            )
            if (own == door).any()
            for at, value in ((opens, 1.0), (closes, 0.0))
        ]
        due = doors.beats.due(after, until, own)
        steady = due.where(_apart(due, changes))
        fresh = [change for change in changes if after < change.time <= until]
        hurried = {change.device for change in fresh}
        beats = self._readings("door", "open", steady, doors.contact(steady))
        self._add_bit("door", "open", beats, fresh, hurried, urgent, bulk)

    def _swipes(self, swipes: SwipeColumns, sample: Sample) -> None:
        world, clock = self._run.world, self._run.clock
        own = swipes.where(self._own_readers[swipes.reader])
        event = clock.events(own.time)
        sample.swipes.extend(swipe_records(own, event, world.people.cards, world.readers))

    def _misused(self, after: Micros, until: Micros, urgent: Sample, bulk: Sample) -> None:
        """Readers at doors are urgent, those of halls that everybody visits are not."""
        own = dict(zip(self._run.world.readers, self._own_readers.tolist(), strict=True))
        doors = set(self._run.world.readers[2 * len(self._run.world.rooms.visited) :])
        for swipe in self._run.misused_swipes(after, until):
            if own[swipe.reader]:
                (urgent if swipe.reader in doors else bulk).swipes.append(swipe)

    def _reader_beats(self, after: Micros, until: Micros, bulk: Sample) -> None:
        """Readers have no quantity of their own; a regular word about their state shows life."""
        due = self._readers.due(after, until, np.flatnonzero(self._own_readers))
        event = self._run.clock.events(due.time)
        for time, reader in zip(as_ints(event), as_ints(due.device), strict=True):
            bulk.states.append(DeviceState(self._run.world.readers[reader], time, "online"))

    def _add_bit(
        self,
        kind: DeviceKind,
        quantity: str,
        beats: list[Reading],
        fresh: list[_Change],
        hurried: set[int],
        urgent: Sample,
        bulk: Sample,
    ) -> None:
        """Send a bit's beats and changes; all of a hurried device's in one sample, in order."""
        names, event = self._names[kind], self._run.clock.event
        changes = (Reading(names[c.device], quantity, event(c.time), c.value) for c in fresh)
        hurried_names = {names[device] for device in hurried}
        for reading in (*beats, *changes):
            sample = urgent if reading.device in hurried_names else bulk
            sample.readings.append(reading)

    def _readings(
        self, kind: DeviceKind, quantity: str, due: Due, value: NDArray[np.float64]
    ) -> list[Reading]:
        names, event = self._names[kind], self._run.clock.events(due.time)
        return [
            Reading(names[device], quantity, time, number)
            for device, time, number in zip(
                as_ints(due.device), as_ints(event), value.tolist(), strict=True
            )
        ]


def _apart(due: Due, changes: list[_Change]) -> NDArray[np.bool_]:
    """Which beats are not within a twentieth of a second of a change of their device's bit."""
    keep = np.ones(len(due.time), dtype=np.bool_)
    for change in changes:
        keep &= (due.device != change.device) | (np.abs(due.time - change.time) > _APART)
    return keep
