"""Clock: the one place where the hub reads the time, and where microseconds meet `datetime`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from edge.wire import Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> Micros:
    """The wall clock in microseconds UTC."""
    return time.time_ns() // 1_000


def to_datetime(micros: Micros) -> datetime:
    """The same moment as an aware `datetime`, exactly."""
    return _EPOCH + micros * _MICROSECOND


def to_micros(moment: datetime) -> Micros:
    """The same moment in microseconds UTC, exactly; `moment` must be aware."""
    return (moment - _EPOCH) // _MICROSECOND
