"""Facts: what the events of a case carry, as JSON can hold it."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import msgspec

from edge.wire import Micros
from hub.anomalies.domain import Anomaly

MICROS_PER_SECOND = 1_000_000


def minutes_on(minutes: int | None, now: Micros) -> Micros | None:
    """So many minutes from now; None is no deadline."""
    return seconds_on(None if minutes is None else minutes * 60, now)


def seconds_on(seconds: float | None, now: Micros) -> Micros | None:
    """So many seconds from now; None is no deadline."""
    return None if seconds is None else now + round(seconds * MICROS_PER_SECOND)


def measured(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was measured, out of an event's data."""
    return {name: data[name] for name in ("value", "limit", "unit", "quantity")}


def breach_facts(anomaly: Anomaly) -> dict[str, Any]:
    """What an anomaly brings into an event's data."""
    cause = {} if anomaly.cause is None else {"cause": msgspec.to_builtins(anomaly.cause)}
    return cause | {
        "anomaly": str(anomaly.key),
        "rule": anomaly.rule,
        "started": anomaly.started,
        "raised": anomaly.raised,
        "quantity": anomaly.quantity,
        "value": finite(anomaly.value),
        "limit": finite(anomaly.limit),
        "unit": anomaly.unit,
    }


def finite(value: float | None) -> float | None:
    """The value, or None where JSON has no such number."""
    return value if value is not None and isfinite(value) else None
