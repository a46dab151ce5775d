"""Grants: when the readers of a place let somebody pass, and whether that explains an opening.

A door's readers are those at the same place.
"""

from __future__ import annotations

from typing import TypeAlias

from edge.wire import Micros
from hub.anomalies.detectors import Spots
from hub.anomalies.row import Row

KEEP_GRANTS_S = 60.0  # ours: longer than any opening waits for its grant

Grants: TypeAlias = dict[str, list[Micros]]
"""Event times of the grants of a minute, by place."""


def take_grants(before: Grants, row: Row, spots: Spots) -> Grants:
    """The grants with those of one batch, all of which it may need, however long it is."""
    new: Grants = {}
    for swipe in row.batch.swipes:
        spot = spots.get(swipe.reader)
        if swipe.granted and spot is not None:
            new.setdefault(spot.place, []).append(row.happened(swipe.time))
    return before | {place: _fresh(before.get(place, [])) + times for place, times in new.items()}


def _fresh(times: list[Micros]) -> list[Micros]:
    oldest = max(times, default=0) - round(KEEP_GRANTS_S * 1e6)
    return [time for time in times if time >= oldest]


def explains(grants: Grants, place: str, opened: Micros, before: Micros, after: Micros) -> bool:
    """Whether a grant at the place lies up to `before` ahead of an opening, or `after` behind."""
    times = grants.get(place, ())
    return any(opened - before <= time <= opened + after for time in times)
