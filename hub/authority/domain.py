"""A query of an authority, and its bounds. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from edge.wire import Micros

Authority = Literal["police", "health"]

LONGEST: Micros = 7 * 86_400_000_000  # ours: a query asks for an event, not for a life
MOST_LINES = 50  # ours
PER_HOUR = 30  # ours: of one account; who asks more often is asked why
HOUR: Micros = 3_600_000_000


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: of one place and time, for the authority's own case."""

    authority: Authority
    case_number: str
    place: str
    start: Micros
    finish: Micros

    @property
    def fault(self) -> str | None:
        """Why it can't be asked so, if it can't."""
        if self.finish <= self.start:
            return "must lie after `from`"
        if self.finish - self.start > LONGEST:
            return "must lie within 7 days after `from`"
        return None
