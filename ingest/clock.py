"""Clock: microseconds since 1970 UTC, as everything here counts, and the database's moments."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from edge.wire import Micros

SECOND: Micros = 1_000_000
DAY: Micros = 86_400 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> Micros:
    """The system's clock."""
    return time.time_ns() // 1000


def moment(micros: Micros) -> datetime:
    """The same instant as an aware datetime, exact to the microsecond."""
    return _EPOCH + timedelta(microseconds=micros)


def micros(when: datetime) -> Micros:
    """Microseconds of an aware datetime, exact."""
    return (when - _EPOCH) // _MICROSECOND
