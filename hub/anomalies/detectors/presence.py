"""Presence: a camera sees something for long enough; it is gone when the camera says so.

Works in event time. Detections repeat while the thing lasts. That it is gone takes proof: the
camera must have reported (a reading, its heartbeat) after it last saw the thing and was not
covered itself. A camera that fell silent proves nothing. By the same proof a detection that comes
late is history: the camera has long reported that the thing was gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import msgspec

from edge.wire import Micros
from hub.anomalies.detectors import Finding, Spots
from hub.anomalies.domain import Anomaly, Recovery
from hub.anomalies.row import Pulse, Row
from hub.plans.domain import PresenceRule
from hub.plans.units import micros

Event: TypeAlias = tuple[Micros, Literal["seen", "blind", "heard"], Micros | None]


class Sight(msgspec.Struct, frozen=True, array_like=True):
    """Something in view since `since`, last seen at `last`.

    Before `proof` nothing can be called gone; `snapshot` is the time under which the picture of it
    is stored.
    """

    since: Micros
    last: Micros
    proof: Micros
    snapshot: Micros | None = None
    raised: bool = False


class PresenceState(msgspec.Struct, frozen=True):
    """What each camera has in view, and when it last saw the kind of thing at all.

    `heard` is when each last reported with its lens free, `blind` when it last was covered.
    """

    sights: dict[str, Sight] = {}
    last: dict[str, Micros] = {}
    heard: dict[str, Micros] = {}
    blind: dict[str, Micros] = {}


@dataclass(frozen=True)
class Presence:
    """Judges one rule about one kind of detection."""

    name: str
    rule: PresenceRule
    spots: Spots

    @property
    def state_type(self) -> type[PresenceState]:
        """The msgspec struct that holds the state."""
        return PresenceState

    def start(self) -> PresenceState:
        """Nothing is in view."""
        return PresenceState()

    def step(
        self, state: PresenceState, row: Row, now: Micros
    ) -> tuple[PresenceState, list[Finding]]:
        """Take in one committed batch."""
        events = self._events(row)
        if not events:
            return state, []
        sights, last = dict(state.sights), dict(state.last)
        heard, blind = dict(state.heard), dict(state.blind)
        clear = micros(self.rule.clear_s)
        found: list[Finding] = []
        for device, story in events.items():
            sight = sights.pop(device, None)
            for time, what, picture in sorted(story, key=lambda event: event[0]):
                if what == "seen":
                    if time < max(last.get(device, time), heard.get(device, time) - clear):
                        continue  # history: the camera has already reported on a later time
                    last[device] = time
                    sight = self._see(device, sight, time, picture, found)
                elif what == "blind":
                    blind[device] = max(blind.get(device, time), time)
                    if sight is not None:
                        sight = msgspec.structs.replace(sight, proof=max(sight.proof, time))
                else:
                    if device not in blind or time >= blind[device] + clear:
                        heard[device] = max(heard.get(device, time), time)
                    if sight is not None:
                        sight = self._hear(device, sight, time, found)
            if sight is not None:
                sights[device] = sight
        return PresenceState(sights, last, heard, blind), found

    def pulse(
        self, state: PresenceState, pulse: Pulse, now: Micros
    ) -> tuple[PresenceState, list[Finding]]:
        """Signs of life say nothing about what is in view."""
        return state, []

    def due(self, state: PresenceState, now: Micros) -> tuple[PresenceState, list[Finding]]:
        """Nothing becomes true without a word from the camera."""
        return state, []

    @cached_property
    def _cameras(self) -> frozenset[str]:
        return frozenset(device for device, spot in self.spots.items() if spot.kind == "camera")

    def _events(self, row: Row) -> dict[str, list[Event]]:
        """What the batch tells of each camera."""
        events: dict[str, list[Event]] = {}
        for seen in row.batch.detections:
            if seen.device not in self._cameras or seen.score < (self.rule.min_score or 0):
                continue
            time = row.happened(seen.time)
            picture = None if seen.snapshot is None else seen.time
            if seen.kind == self.rule.detection:
                events.setdefault(seen.device, []).append((time, "seen", picture))
            elif seen.kind == self.rule.blinded_by:
                events.setdefault(seen.device, []).append((time, "blind", None))
        for device in self._cameras.intersection(row.batch.devices):
            heard: list[Event] = [(time, "heard", None) for time in row.times_of(device)]
            if heard:
                events[device] = [*events.get(device, ()), *heard]
        return events

    def _see(
        self,
        device: str,
        sight: Sight | None,
        time: Micros,
        picture: Micros | None,
        found: list[Finding],
    ) -> Sight:
        rule = self.rule
        assert rule.duration_s is not None, "check_plan lets no rule judge without a duration"
        apart = sight is not None and time - sight.last > micros(rule.clear_s)
        if sight is None or (apart and not sight.raised):
            sight = Sight(since=time, last=time, proof=time)
        picture = picture if sight.snapshot is None else sight.snapshot
        raise_now = not sight.raised and time - sight.since >= micros(rule.duration_s)
        if raise_now:
            found.append(
                Anomaly(
                    rule=self.name,
                    kind=rule.kind,
                    device=device,
                    started=sight.since,
                    raised=sight.since + micros(rule.duration_s),
                    value=(time - sight.since) / 1e6,
                    limit=rule.duration_s,
                    unit="s",
                    quantity=rule.detection,
                    grade=rule.grade,
                    veto=rule.veto,
                    detection_time=picture,
                )
            )
        return Sight(sight.since, time, max(sight.proof, time), picture, sight.raised or raise_now)

    def _hear(self, device: str, sight: Sight, time: Micros, found: list[Finding]) -> Sight | None:
        gone = sight.proof + micros(self.rule.clear_s)
        if time < gone:
            return sight
        if sight.raised:
            found.append(
                Recovery(
                    rule=self.name,
                    kind=self.rule.kind,
                    device=device,
                    started=sight.since,
                    recovered=gone,
                    value=None,
                )
            )
        return None
