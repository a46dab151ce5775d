"""Sample: what a driver read in one poll, and how samples become batches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from edge.columns import Reading, pack_readings
from edge.look import Frame
from edge.wire import (
    VERSION,
    Batch,
    Detection,
    DeviceState,
    Micros,
    Origin,
    Swipe,
)


@dataclass(slots=True)
class Sample:
    """What one poll brought. An urgent sample is published before anything that waits."""

    readings: list[Reading] = field(default_factory=list[Reading])
    swipes: list[Swipe] = field(default_factory=list[Swipe])
    detections: list[Detection] = field(default_factory=list[Detection])
    states: list[DeviceState] = field(default_factory=list[DeviceState])
    urgent: bool = False

    def __len__(self) -> int:
        return len(self.readings) + len(self.swipes) + len(self.detections) + len(self.states)


class Driver(Protocol):
    """Reads one kind of sensor. One module, one face; the agent polls it ten times a second."""

    @property
    def devices(self) -> int:
        """How many devices it reads, for the agent's report."""
        ...

    def poll(self, now: Micros) -> Iterable[Sample]:
        """Everything read since the last poll, at most one sample per urgency.

        `now` is the agent's clock, microseconds UTC. Must not block for more than 50 ms.
        """
        ...

    def close(self) -> None:
        """Release what it holds; called once."""
        ...


@runtime_checkable
class Photographer(Protocol):
    """What a driver of cameras can do besides."""

    def take_snapshot(self, device: str) -> bool:
        """Let the camera's next picture come as a detection of kind `snapshot`.

        False if it reads no such camera.
        """
        ...


@runtime_checkable
class Watched(Protocol):
    """What a driver of cameras can do while somebody looks."""

    def look(self, device: str, seconds: float) -> bool:
        """Let the camera's live pictures flow for so long from now; False if it reads none such."""
        ...

    def take_frames(self) -> list[tuple[str, Frame]]:
        """The newest live picture of each camera that is looked at, once. Must not block."""
        ...

    def drop_frame(self, device: str) -> None:
        """Count a picture that was taken and could not be sent."""
        ...


def cut_batch(
    sample: Sample, *, agent: str, epoch: int, seq: int, made: Micros, origin: Origin = "live"
) -> Batch:
    """The batch that carries one sample."""
    devices, quantities, readings = pack_readings(sample.readings)
    return Batch(
        version=VERSION,
        agent=agent,
        epoch=epoch,
        seq=seq,
        made=made,
        origin=origin,
        devices=devices,
        quantities=quantities,
        readings=readings,
        swipes=sample.swipes,
        detections=sample.detections,
        states=sample.states,
    )
