"""Rules: what each item of a batch must keep to, and the sieve that parts good from bad.

One bad reading does not lose its batch: what breaks a rule leaves the batch as a dead letter with
the rule's reason, the rest goes on. Readings are judged as columns, the few other items singly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.wire import Detection, DeviceState, Micros, Readings
from ingest.feed import CommittedBatch, CommittedSwipe

Item: TypeAlias = CommittedSwipe | Detection | DeviceState
Mask: TypeAlias = NDArray[np.bool_]

GREATEST_VALUE = 1e100  # ours: beyond all physics, and sums and squares of it are still numbers
_MOST_SHARE = 2.0  # ours: a box may reach over the frame's edge, not far beyond it


class Rule(Protocol):
    """Something that an item may break, and what to say then."""

    @property
    def reason(self) -> str:
        """Why an item that breaks it is a dead letter."""
        ...

    def broken_by_readings(self, batch: CommittedBatch) -> Mask:
        """Per reading of the batch, whether it breaks the rule."""
        ...

    def broken_by(self, item: Item) -> bool:
        """Whether a swipe, detection or state breaks the rule."""
        ...


@dataclass(frozen=True, slots=True)
class Measurable:
    """Measured values are numbers, scores are 0 to 1, boxes lie about the frame."""

    reason: str = "a value is no number within ±1e100, or a score or box is out of range"

    def broken_by_readings(self, batch: CommittedBatch) -> Mask:
        return ~(np.abs(batch.readings.values()) <= GREATEST_VALUE)  # NaN is not within either

    def broken_by(self, item: Item) -> bool:
        if not isinstance(item, Detection):
            return False
        inside = 0 <= item.score <= 1 and all(abs(share) <= _MOST_SHARE for share in item.box or ())
        return not inside  # what is not a number is not inside either


@dataclass(frozen=True, slots=True)
class NotBefore:
    """Event times are not older than `oldest`."""

    oldest: Micros
    reason: str

    def broken_by_readings(self, batch: CommittedBatch) -> Mask:
        return batch.readings.times() < self.oldest

    def broken_by(self, item: Item) -> bool:
        return item.time < self.oldest


@dataclass(frozen=True, slots=True)
class NotAfter:
    """Event times are not ahead of `newest`."""

    newest: Micros
    reason: str

    def broken_by_readings(self, batch: CommittedBatch) -> Mask:
        return batch.readings.times() > self.newest

    def broken_by(self, item: Item) -> bool:
        return item.time > self.newest


@dataclass(frozen=True, slots=True)
class NoNul:
    """Texts hold no NUL character, which the store cannot keep."""

    reason: str = "a text holds a NUL character"

    def broken_by_readings(self, batch: CommittedBatch) -> Mask:
        return np.zeros(len(batch.readings), dtype=np.bool_)

    def broken_by(self, item: Item) -> bool:
        if isinstance(item, Detection):
            return "\0" in item.zone
        if isinstance(item, DeviceState):
            return any("\0" in key or "\0" in str(value) for key, value in item.detail.items())
        return False


@dataclass(frozen=True, slots=True)
class NamedOutside:
    """Devices and quantities are none of those for which the store has no room."""

    devices: AbstractSet[str]
    quantities: AbstractSet[str]
    reason: str

    def broken_by_readings(self, batch: CommittedBatch) -> Mask:
        device = np.array([name in self.devices for name in batch.devices], dtype=np.bool_)
        quantity = np.array([name in self.quantities for name in batch.quantities], dtype=np.bool_)
        readings = batch.readings
        if not len(readings):
            return np.zeros(0, dtype=np.bool_)
        return device[readings.devices()] | quantity[readings.quantities()]

    def broken_by(self, item: Item) -> bool:
        return device_of(item) in self.devices


@dataclass(frozen=True, slots=True)
class Refused:
    """Items that broke one rule, as a readable JSON list."""

    reason: str
    payload: bytes
    items: int


def device_of(item: Item) -> str:
    """The device that a swipe, detection or state speaks of."""
    return item.reader if isinstance(item, CommittedSwipe) else item.device


def sift(batch: CommittedBatch, rules: Sequence[Rule]) -> tuple[CommittedBatch, list[Refused]]:
    """The batch without what breaks a rule, and what broke each; an item counts once."""
    refused: list[Refused] = []
    for rule in rules:
        broken = rule.broken_by_readings(batch)
        bad_items = [item for item in _items(batch) if rule.broken_by(item)]
        if not bad_items and not broken.any():
            continue
        content = _readable_readings(batch, broken) + [_readable(item) for item in bad_items]
        refused.append(Refused(rule.reason, msgspec.json.encode(content), len(content)))
        batch = _without(batch, broken, rule.broken_by)
    return batch, refused


def readable(batch: CommittedBatch) -> bytes:
    """Every item of a batch as a readable JSON list."""
    everything = np.ones(len(batch.readings), dtype=np.bool_)
    content = _readable_readings(batch, everything) + [_readable(item) for item in _items(batch)]
    return msgspec.json.encode(content)


def _items(batch: CommittedBatch) -> list[Item]:
    return [*batch.swipes, *batch.detections, *batch.states]


def _without(batch: CommittedBatch, broken: Mask, bad: Callable[[Item], bool]) -> CommittedBatch:
    readings = batch.readings
    kept = ~broken
    return msgspec.structs.replace(
        batch,
        readings=Readings(
            device=readings.devices()[kept].tobytes(),
            quantity=readings.quantities()[kept].tobytes(),
            time=readings.times()[kept].tobytes(),
            value=readings.values()[kept].tobytes(),
        ),
        swipes=[item for item in batch.swipes if not bad(item)],
        detections=[item for item in batch.detections if not bad(item)],
        states=[item for item in batch.states if not bad(item)],
    )


def _readable_readings(batch: CommittedBatch, chosen: Mask) -> list[dict[str, Any]]:
    readings = batch.readings
    columns = zip(
        readings.devices()[chosen].tolist(),
        readings.quantities()[chosen].tolist(),
        readings.times()[chosen].tolist(),
        readings.values()[chosen].tolist(),
        strict=True,
    )
    return [
        {
            "device": batch.devices[device],
            "quantity": batch.quantities[quantity],
            "time": time,
            "value": value if np.isfinite(value) else str(value),  # JSON has no word for NaN
        }
        for device, quantity, time, value in columns
    ]


def _readable(item: Item) -> dict[str, Any]:
    fields = {name: getattr(item, name) for name in item.__struct_fields__}
    return {"item": type(item).__name__.removeprefix("Committed").lower(), **fields}
