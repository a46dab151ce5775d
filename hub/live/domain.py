"""What the hub knows of each device at this moment, folded from the feed.

Times are int64 microseconds UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from edge.wire import Micros
from hub.sites.domain import Spot

Condition = Literal["ok", "silent", "fault", "unknown"]

MISSED_REPORTS = 3  # requirement SE-17, ours: a device is stale after three missed heartbeats
FAULTS = frozenset({"fault", "dirty", "removed", "shutdown", "low_battery"})
GONE = "offline"
UNITS = {"pressure": "MPa", "flow": "L/s", "obscuration": "%/m"}  # others are shares or yes/no


class Sign(msgspec.Struct, frozen=True):
    """The newest value of one quantity."""

    value: float
    time: Micros


class Line(msgspec.Struct, frozen=True):
    """One device: its newest values, when it was last heard, its last word about itself."""

    seen: Micros
    latest: dict[str, Sign] = {}
    told: str | None = None
    told_at: Micros = 0


HOUR: Micros = 3_600_000_000


def last_seen(line: Line | None, spot: Spot | None) -> Micros | None:
    """When a device was last heard, as it is told to pages: a reader's by the hour it began.

    Each word of a reader is somebody's step through a door, and people's movements are served by
    no route. Who sends without being registered and without readings may be a reader as well.
    """
    if line is None:
        return None
    reader = spot.kind == "reader" if spot is not None else not line.latest
    return line.seen // HOUR * HOUR if reader else line.seen


def stale_after_s(spot: Spot) -> float | None:
    """How old a device's newest data may be. A reader speaks only when a card is shown: any age."""
    return None if spot.kind == "reader" else MISSED_REPORTS * spot.report_s


def condition(line: Line | None, spot: Spot | None, now: Micros) -> Condition:
    """How a device is."""
    if line is None:
        return "unknown"
    if line.told in FAULTS:
        return "fault"
    if line.told == GONE and line.told_at >= line.seen:
        return "silent"
    patience_s = None if spot is None else stale_after_s(spot)
    if patience_s is None:
        return "ok"
    return "silent" if now - line.seen > patience_s * 1_000_000 else "ok"
