"""Anomalies: readings that break a rule, with the rule, the limit and the window they broke it in.

Times are int64 microseconds UTC.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

import msgspec

from edge.wire import Micros

AnomalyKind = Literal[
    "hydrant_low_pressure",
    "hydrant_no_water",
    "smoke_alarm",
    "lane_blocked",
    "door_forced",
    "device_silent",
    "agent_silent",
    "camera_fire",
    "lens_covered",
]
Grade = Literal["general", "serious", "major", "emergency"]


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """One breach of one rule by one device.

    `started` is the event time at which the breach began, `raised` the event time (or the due
    time of a timer) at which the rule's duration was reached. `value` and `limit` are in `unit`.
    An open case of the kind that is named by `supersedes` (same device) is the same trouble, now
    worse: one case, not two.
    """

    rule: str
    kind: AnomalyKind
    device: str
    started: Micros
    raised: Micros
    value: float | None
    limit: float | None
    unit: str
    quantity: str
    grade: Grade
    supersedes: AnomalyKind | None = None
    detection_time: Micros | None = None

    @property
    def key(self) -> int:
        """The same for the same breach however often it is found."""
        return breach_key(self.rule, self.device, self.started)


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """The device of an open anomaly has been good for the rule's clearing time."""

    rule: str
    kind: AnomalyKind
    device: str
    started: Micros
    recovered: Micros
    value: float | None

    @property
    def key(self) -> int:
        """The key of the anomaly that is over."""
        return breach_key(self.rule, self.device, self.started)


def breach_key(rule: str, device: str, started: Micros) -> int:
    """63 bits that identify one breach of one rule by one device."""
    identity = f"{rule}\0{device}\0{started}".encode()
    return int.from_bytes(blake2b(identity, digest_size=8).digest()) >> 1
