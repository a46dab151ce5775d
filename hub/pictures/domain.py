"""Pictures for a case: which cameras are asked, and what the case's log says of the answer. Pure.

Distances are metres on the site's plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from math import hypot

import msgspec

from edge.wire import Micros
from hub.cases.domain import Event
from hub.sites.domain import Spot

MOST_BY_RULE = 2  # ours: the nearest two see a place from two sides
MOST_PER_CASE = 24  # ours: bounds what a case can be given; 1.4 MB
WORTH_S = 20.0  # ours: a picture that comes later shows something else
FRESH: Micros = 120_000_000  # ours: a danger that began longer ago is not pictured any more
STORED_S = 60.0  # ours: so long a picture that the agent sent may need to the store


class Near(msgspec.Struct, frozen=True):
    """A camera, its agent, and how far it is from what it is to show."""

    device: str
    agent: str
    distance_m: float | None


class Asked(msgspec.Struct, frozen=True):
    """A picture that a camera was asked for."""

    command: str
    case: int
    device: str
    agent: str
    actor: str
    distance_m: float | None


def distance_m(one: Spot, other: Spot) -> float:
    """Between two devices on the plan."""
    return round(hypot(one.at[0] - other.at[0], one.at[1] - other.at[1]), 1)


def nearest_cameras(
    spot: Spot, spots: Iterable[Spot], within_m: float, most: int = MOST_BY_RULE
) -> list[Near]:
    """The cameras within so many metres of a device: of its own grid first, the nearest first.

    A camera is not asked for its own case: it sends a picture with what it sees.
    """
    found = [
        (other.grid != spot.grid, distance_m(spot, other), other.device, other.agent)
        for other in spots
        if other.kind == "camera" and other.device != spot.device
    ]
    return [
        Near(device, agent, metres)
        for _, metres, device, agent in sorted(found)
        if metres <= within_m
    ][:most]


def came(asked: Asked, jpeg: bytes, time: Micros, now: Micros) -> Event:
    """The event of a picture that came; its hash proves later that it is this one."""
    facts = {
        "command": asked.command,
        "device": asked.device,
        "time": time,
        "distance_m": asked.distance_m,
        "sha256": sha256(jpeg).hexdigest(),
    }
    return Event(event="pictured", at=now, actor=asked.actor, data=facts)


def failed(asked: Asked, reason: str, now: Micros) -> Event:
    """The event of a picture that did not come, and why."""
    facts = {"command": asked.command, "device": asked.device, "reason": reason}
    return Event(event="unpictured", at=now, actor=asked.actor, data=facts)
