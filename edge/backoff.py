"""Backoff: how long to wait before the next try."""

from __future__ import annotations

from random import Random


class Backoff:
    """Doubling waits from `shortest` to `longest` seconds, each cut by up to half at random.

    The jitter keeps a hundred agents from returning to a restarted broker at one moment.
    """

    def __init__(self, shortest: float, longest: float, random: Random) -> None:
        self._shortest = shortest
        self._longest = longest
        self._random = random
        self._wait = shortest

    def next(self) -> float:
        """Seconds to wait now; the next wait is twice as long."""
        wait = self._wait * self._random.uniform(0.5, 1.0)
        self._wait = min(self._wait * 2, self._longest)
        return wait

    def reset(self) -> None:
        """A try has succeeded: begin with the shortest wait again."""
        self._wait = self._shortest
