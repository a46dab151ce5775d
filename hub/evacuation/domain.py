"""Evacuation totals: how many people of a building need help to get out (SE-27, PR-08). Pure.

A total is one number per building. Nothing here, in the store or in the API has room for who they
are, on which floor they live, or why they need help.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from edge.wire import Micros
from hub.anomalies.domain import AnomalyKind
from hub.sourced import Source

MOST = 100_000  # people of one building; ours
FIRE: frozenset[AnomalyKind] = frozenset({"smoke_alarm", "fire_confirmed", "camera_fire"})
"""Kinds of cases on which the total is shown."""


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """How many people of a building need help; only ever followed by another."""

    building: str
    people: Annotated[int, msgspec.Meta(ge=0, le=MOST)]
    source: Source
    actor: str
    at: Micros
