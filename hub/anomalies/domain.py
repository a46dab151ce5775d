"""Anomalies: readings that break a rule, with the rule, the limit and the window they broke it in.

Times are int64 microseconds UTC.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal, TypeAlias

import msgspec

from edge.wire import Identifier, Micros

AnomalyKind: TypeAlias = Identifier

KNOWN_KINDS: frozenset[AnomalyKind] = frozenset(
    (
        "hydrant_low_pressure",
        "hydrant_critical_pressure",
        "hydrant_no_water",
        "hydrant_pressure_trend",
        "hydrant_burst",
        "hydrant_knocked",
        "hydrant_cap_off",
        "smoke_alarm",
        "smoke_fault",
        "smoke_dirty",
        "smoke_trend",
        "fire_confirmed",
        "lane_blocked",
        "door_forced",
        "door_held_open",
        "door_tampered",
        "passback",
        "repeated_denials",
        "unknown_card",
        "impossible_travel",
        "duress",
        "card_lockout",
        "device_silent",
        "equipment_shut_down",
        "agent_silent",
        "sensor_stuck",
        "camera_fire",
        "lens_covered",
        "self_inspection_failed",
    )
)
"""Kinds that the page has words for; a plan brings the title of any other (`[kinds.NAME]`)."""

CauseName = Literal["burst", "leak", "theft", "fire_flow", "closed_valve"]
Grade = Literal["general", "serious", "major", "emergency"]


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """The likeliest cause of what a hydrant's gauge shows.

    `confidence` is its share, 0 to 1, among the causes that are told apart; `second` and its share
    come next. `evidence` are the facts that it was judged by (`hub.anomalies.cause` lists them).
    """

    name: CauseName
    confidence: float
    second: CauseName
    second_confidence: float
    evidence: dict[str, float] = {}


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """One breach of one rule by one device.

    `started` is the event time at which the breach began, `raised` the event time (or the due
    time of a timer) at which the rule's duration was reached. `value` and `limit` are in `unit`.
    An open case of a kind in `supersedes` (same device) is the same trouble, now worse: one case,
    not two. `veto` marks what costs a unit its whole assessment (HZ-10). A `muted` anomaly is an
    entry of the log and opens no case.

    An anomaly of a group names in `members` the keys of the anomalies that it is made of; one of
    these that comes with it or after it names in `part_of` the key of the group's. `cause` is told
    where it can be judged.
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
    supersedes: tuple[AnomalyKind, ...] = ()
    detection_time: Micros | None = None
    veto: bool = False
    muted: bool = False
    members: tuple[int, ...] = ()
    part_of: int | None = None
    cause: Cause | None = None

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
