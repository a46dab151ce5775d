"""Outages: when an agent has no link, or ingest is down; drawn from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from edge.simulate.clock import HOUR, MINUTE, SECOND
from edge.wire import Micros

_AGENT_EVERY = 5 * HOUR  # ours: often enough that a day shows several of every length
_AGENT_LASTS = (20 * SECOND, 20 * MINUTE)
_STALL_EVERY = 3 * HOUR
_STALL_LASTS = (2 * SECOND, 20 * SECOND)
_INGEST_EVERY = 9 * HOUR
_INGEST_LASTS = (15 * SECOND, 3 * MINUTE)
_CALM = 10 * MINUTE  # at the beginning and between two of one part


class Outage(NamedTuple):
    """From … up to … (event time)."""

    start: Micros
    end: Micros

    def holds(self, time: Micros) -> bool:
        """Whether a time lies in it."""
        return self.start <= time < self.end


def agent_outages(seed: int, agent: int, origin: Micros, end: Micros) -> list[Outage]:
    """When the agent of that number has no link: for minutes, or a stall of some seconds."""
    random = np.random.default_rng((seed, 0x0A7A, agent))
    long = _drawn(random, origin, end, _AGENT_EVERY, _AGENT_LASTS)
    return joined([*long, *_drawn(random, origin, end, _STALL_EVERY, _STALL_LASTS)])


def ingest_outages(seed: int, origin: Micros, end: Micros) -> list[Outage]:
    """When nothing is taken in from anybody."""
    random = np.random.default_rng((seed, 0x1A7A))
    return _drawn(random, origin, end, _INGEST_EVERY, _INGEST_LASTS)


def joined(outages: Sequence[Outage]) -> list[Outage]:
    """The same time without overlaps, in order."""
    result: list[Outage] = []
    for one in sorted(outages):
        if result and one.start <= result[-1].end:
            result[-1] = Outage(result[-1].start, max(result[-1].end, one.end))
        else:
            result.append(one)
    return result


def _drawn(
    random: np.random.Generator,
    origin: Micros,
    end: Micros,
    every: Micros,
    lasts: tuple[Micros, Micros],
) -> list[Outage]:
    low, high = np.log(lasts[0]), np.log(lasts[1])
    outages: list[Outage] = []
    at = origin + _CALM + int(random.uniform(0, every))
    while at < end - _CALM:
        back = at + int(np.exp(random.uniform(low, high)))
        outages.append(Outage(at, back))
        at = back + _CALM + int(random.exponential(every))
    return outages
