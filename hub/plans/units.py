"""Units: plans write seconds, everything else counts int64 microseconds."""

from __future__ import annotations

from edge.wire import Micros


def micros(seconds: float) -> Micros:
    """Whole microseconds of a duration in seconds."""
    return round(seconds * 1_000_000)
