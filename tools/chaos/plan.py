"""Plan: which faults come when; pure, and the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Part = Literal["broker", "ingest", "postgres", "agent"]
Kind = Literal["kill", "cut", "hole", "slow", "full_disk", "replay"]

PARTS: tuple[Part, ...] = ("broker", "ingest", "postgres", "agent")
DISTURBANCES: tuple[Kind, ...] = ("cut", "hole", "slow")
NETWORKS = ("agents", "ingest")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `target` is a part, a network, or empty; `pause_s` passes before it, `length_s` is how long it
    lasts: until a killed part is started again, a network is whole, a disk has room.
    """

    kind: Kind
    target: str
    pause_s: float
    length_s: float


def make_plan(
    kills: int, seed: int, parts: tuple[Part, ...] = PARTS, pause_s: float = 1.2
) -> list[Fault]:
    """`kills` of each part and, for three kills, a round of everything else, in random order."""
    chance = random.Random(seed)
    wanted: list[tuple[Kind, str]] = [("kill", part) for part in parts for _ in range(kills)]
    rounds = max(1, kills // 3)
    for network in NETWORKS:
        for kind in DISTURBANCES:
            wanted += _times(rounds, kind, network)
    wanted += _times(rounds, "full_disk", "agent")
    wanted += _times(2 * rounds, "replay")
    chance.shuffle(wanted)
    return [
        Fault(kind, target, min(chance.expovariate(1 / pause_s), 4 * pause_s), chance.uniform(0, 2))
        for kind, target in wanted
    ]


def _times(count: int, kind: Kind, target: str = "") -> list[tuple[Kind, str]]:
    return [(kind, target)] * count
