"""Scripts: a stream of events told by the second, cut into batches as a test likes.

Times in scripts are seconds after a fixed origin; what comes out is told in seconds again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
import pytest

from edge.columns import Reading, pack_readings
from edge.wire import Detection, DeviceState, Direction
from hub.anomalies.detectors import Detector, Finding
from hub.anomalies.domain import Anomaly
from hub.anomalies.row import Pulse, Row
from hub.sites.domain import Name, Spot
from ingest.feed import CommittedBatch, CommittedSwipe

ORIGIN = 1_790_000_000_000_000
Event = Reading | CommittedSwipe | Detection | DeviceState


class Told(NamedTuple):
    """A finding in the words of a script: `at` is `raised` or `recovered`."""

    what: str
    device: str
    started: float
    at: float


class Script:
    """Makes events and batches, and plays them to a detector."""

    @staticmethod
    def micros(second: float) -> int:
        return ORIGIN + round(second * 1e6)

    def reading(self, second: float, device: str, quantity: str, value: float) -> Reading:
        return Reading(device, quantity, self.micros(second), value)

    def swipe(
        self,
        second: float,
        reader: str,
        *,
        person: int = 7,
        way: Direction = Direction.IN,
        granted: bool = True,
        reason: str = "",
    ) -> CommittedSwipe:
        return CommittedSwipe(reader, self.micros(second), person, way, granted, reason)

    def detection(
        self, second: float, device: str, kind: str, *, score: float = 0.9, picture: bool = False
    ) -> Detection:
        snapshot = b"jpeg" if picture else None
        return Detection(device, self.micros(second), kind, "", score, None, snapshot)

    def word(self, second: float, device: str, state: str) -> DeviceState:
        return DeviceState(device, self.micros(second), state)

    def batch(
        self,
        events: Iterable[Event] = (),
        *,
        received: float | None = None,
        agent: str = "edge-1",
        origin: str = "live",
        seq: int = 1,
        urgent: bool = False,
    ) -> CommittedBatch:
        """A batch, received when its last event happened unless told otherwise."""
        events = list(events)
        newest = max((event.time for event in events), default=ORIGIN)
        devices, quantities, readings = pack_readings(
            [event for event in events if isinstance(event, Reading)]
        )
        return CommittedBatch(
            agent=agent,
            epoch=1,
            seq=seq,
            origin=origin,
            received=newest if received is None else self.micros(received),
            devices=devices,
            quantities=quantities,
            readings=readings,
            swipes=[event for event in events if isinstance(event, CommittedSwipe)],
            detections=[event for event in events if isinstance(event, Detection)],
            states=[event for event in events if isinstance(event, DeviceState)],
            urgent=urgent,
        )

    def pulse(
        self, agents: dict[str, float], ingest: float | None = None, *, settled: bool = True
    ) -> Pulse:
        """Reports of agents that have nothing left to send, unless told otherwise."""
        heard = {name: self.micros(second) for name, second in agents.items()}
        beat = None if ingest is None else self.micros(ingest)
        return Pulse(heard, beat, heard if settled else {})

    def tell(self, findings: Iterable[Finding]) -> list[Told]:
        told: list[Told] = []
        for finding in findings:
            raised = isinstance(finding, Anomaly)
            at = finding.raised if raised else finding.recovered
            what = finding.kind if raised else f"{finding.kind} over"
            started = (finding.started - ORIGIN) / 1e6
            told.append(Told(what, finding.device, started, (at - ORIGIN) / 1e6))
        return told

    def play(
        self, detector: Detector[Any], batches: Sequence[CommittedBatch], *, until: float = 0
    ) -> list[Told]:
        """Play batches as the follower does; then let time pass `until` that second."""
        state, now, found = detector.start(), 0, []
        for batch in batches:
            now = max(now, batch.received)
            for work in (
                lambda s, at=now: detector.due(s, at),
                lambda s, at=now, b=batch: detector.step(s, Row(b), at),
            ):
                state, more = work(state)
                found += more
        state, more = detector.due(state, max(now, self.micros(until)))
        return self.tell([*found, *more])

    def spot(
        self,
        device: str,
        kind: str,
        *,
        place: str = "",
        report_s: float = 5,
        at: tuple[float, float] = (0, 0),
        building: str | None = None,
    ) -> Spot:
        return Spot(
            device=device,
            kind=kind,
            place=place or f"at-{device}",
            place_name=Name("n", "n"),
            at=at,
            grid="C-1",
            grid_path=("C", "C-1"),
            warden="p-warden",
            stand_in=None,
            agent="edge-1",
            report_s=report_s,
            building=building,
        )

    def cut(
        self,
        detector: Detector[Any],
        events: Sequence[Event],
        cuts: Iterable[int],
        restarts: Iterable[int] = (),
        *,
        until: float = 1000,
    ) -> list[Told]:
        """What is found in events cut into batches there, encoded and decoded after these.

        Received all at once: how late something arrives is not what is asked here.
        """
        state, found, again = detector.start(), list[Finding](), set(restarts)
        edges = [0, *sorted(edge for edge in set(cuts) if 0 < edge < len(events)), len(events)]
        for number, (start, end) in enumerate(pairwise(edges)):
            if number in again:
                encoded = msgspec.msgpack.encode(state)
                state = msgspec.msgpack.decode(encoded, type=detector.state_type)
            state, more = detector.step(state, Row(self.batch(events[start:end])), 0)
            found += more
        _, more = detector.due(state, self.micros(until))
        return sorted(self.tell([*found, *more]))

    def spots(self, **kinds: str) -> dict[str, Spot]:
        return {device: self.spot(device, kind) for device, kind in kinds.items()}


@pytest.fixture(scope="session")
def script() -> Script:
    return Script()
