"""Counter: readings that tell which they are, so that the store can be checked one by one.

Reading `n` (from 1) of life `k` of an agent has the value `k * LIFE + n`, is of device
`n mod devices` and of the event time `origin + n * period`. A life is one process of the agent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edge.columns import Reading
from edge.sample import Sample
from edge.wire import Micros

LIFE = 1 << 32  # exact in a float's 53 bits for two million lives
QUANTITY = "count"
URGENT_EVERY = 40  # ours: so that urgent batches overtake bulk all the time
MOST_AT_ONCE = 4_000  # ours: what one poll brings at most, if the agent fell behind


@dataclass(frozen=True, slots=True)
class Course:
    """What one life of an agent counts; times in microseconds of that agent's own clock."""

    agent: str
    life: int
    origin: Micros
    period: Micros
    devices: int


class CounterDriver:
    """Counts up to the agent's clock, as fast as the agent polls it."""

    def __init__(self, course: Course) -> None:
        self.last = 0
        self._course = course

    @property
    def devices(self) -> int:
        """How many devices it plays."""
        return self._course.devices

    def poll(self, now: Micros) -> Iterable[Sample]:
        """The readings that fell due since the last poll, the urgent ones apart."""
        course = self._course
        due = (now - course.origin) // course.period
        upto = min(due, self.last + MOST_AT_ONCE)
        urgent: list[Reading] = []
        bulk: list[Reading] = []
        for n in range(self.last + 1, upto + 1):
            device = f"{course.agent}-{n % course.devices}"
            moment = course.origin + n * course.period
            reading = Reading(device, QUANTITY, moment, float(course.life * LIFE + n))
            (bulk if n % URGENT_EVERY else urgent).append(reading)
        self.last = max(upto, self.last)
        if urgent:
            yield Sample(readings=urgent, urgent=True)
        if bulk:
            yield Sample(readings=bulk)

    def close(self) -> None:
        """Nothing is held."""
