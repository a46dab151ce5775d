"""Troubles: what goes wrong on the campus, to which device, and when.

The first minute holds every kind; after two minutes one trouble starts in every slot of the
world's rates (of the first world: every two to four minutes), forever. Trouble number n is a pure
function of the seed, the rates and n. Times are world time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal, NamedTuple, TypeAlias

from edge.simulate.clock import SECOND
from edge.simulate.epanet import WaterCause
from edge.simulate.noise import uniform
from edge.wire import Micros

SmokeCause = Literal["fire", "cooking"]
SilenceCause = Literal["fault", "shutdown"]
Cause: TypeAlias = WaterCause | SmokeCause | SilenceCause | Literal["forced_entry", "fire_flow"]

AFTERMATH = 120 * SECOND  # after a trouble's end nothing of it shows any longer than this

_STREAM = 0x720B
_CALM_FROM = 120 * SECOND
_BRIGADE_AFTER = 20 * SECOND  # ours: quicker than in life, as fires are
_BRIGADE_DRAWS = 80 * SECOND


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble from `start` to `end`.

    `target` is an opening's index for water, else a smoke detector's or a door's index. Of bursts
    some were `knocked`: a vehicle has bent the hydrant over.
    """

    cause: Cause
    target: int
    start: Micros
    end: Micros

    @property
    def knocked(self) -> bool:
        """Whether it is a burst at a hydrant that was run into."""
        return self.cause == "burst" and self.start >= _CALM_FROM and self.start // SECOND % 2 == 0

    @property
    def opens_cap(self) -> bool:
        """Whether a cap of the hydrant is off meanwhile."""
        return self.cause in ("theft", "hose", "fire_flow")


class Rate(NamedTuple):
    """How often (in shares) a cause comes up, and how long it lasts in seconds."""

    share: float
    lasts: tuple[float, float]


@dataclass(frozen=True)
class Rates:
    """One trouble starts in the first `within_s` seconds of every `slot_s`; shares add up to 1.

    Doors and cards are misused every `misused_every_s`.
    """

    slot_s: float
    within_s: float
    causes: Mapping[Cause, Rate]
    misused_every_s: float = 300


_KINDS: dict[Cause, Rate] = {
    "burst": Rate(0.10, (60, 150)),
    "theft": Rate(0.12, (60, 150)),
    "hose": Rate(0.05, (60, 120)),
    "leak": Rate(0.10, (60, 150)),
    "closed_valve": Rate(0.13, (60, 150)),
    "fire": Rate(0.10, (20, 60)),
    "cooking": Rate(0.15, (15, 40)),
    "fault": Rate(0.07, (60, 150)),
    "shutdown": Rate(0.08, (60, 150)),
    "forced_entry": Rate(0.10, (10, 40)),
}

FREQUENT = Rates(slot_s=180, within_s=60, causes=_KINDS)

# Cause, start and end in seconds: a run of one minute sees every kind of case.
_OPENING_ACT: tuple[tuple[Cause, float, float], ...] = (
    ("fire", 1.0, 42.0),
    ("burst", 4.0, 80.0),
    ("shutdown", 8.0, 100.0),
    ("forced_entry", 10.0, 34.0),
    ("closed_valve", 15.0, 95.0),
    ("cooking", 22.0, 55.0),
    ("theft", 33.0, 110.0),
    ("leak", 50.0, 115.0),
    ("fault", 70.0, 130.0),
)


class Troubles:
    """The schedule of one world. `targets` lists, per cause of the rates, whom it befalls in turn.

    `hoses` gives, for a detector, the opening from which the brigade draws when it burns there.

    Raises:
        ValueError: a cause has fewer than three targets, so that it could befall one that still
            has the last trouble.
    """

    def __init__(
        self,
        seed: int,
        targets: Mapping[Cause, Sequence[int]],
        rates: Rates = FREQUENT,
        hoses: Mapping[int, int] | None = None,
    ) -> None:
        for cause in rates.causes:
            if len(targets.get(cause, ())) < 3:
                raise ValueError(f"world of seed {seed} has no three targets for {cause}")
        self._seed = seed
        self._rates = rates
        self._causes = tuple(rates.causes)
        self._bounds = tuple(accumulate(rate.share for rate in rates.causes.values()))
        self._slot = int(rates.slot_s * SECOND)
        self._within_slot = int(rates.within_s * SECOND)
        lasts = max(int(rate.lasts[1]) * SECOND for rate in rates.causes.values())
        self._longest = max(lasts, _BRIGADE_AFTER + _BRIGADE_DRAWS) + AFTERMATH
        self._targets = {cause: tuple(targets[cause]) for cause in rates.causes}
        self._hoses = dict(hoses or {})
        self._opening_act = tuple(
            Trouble(cause, self._targets[cause][-1], int(start * SECOND), int(end * SECOND))
            for cause, start, end in _OPENING_ACT
        )
        self._in_slot = lru_cache(maxsize=64)(self._draw)

    @property
    def rates(self) -> Rates:
        """How often what goes wrong."""
        return self._rates

    def between(self, start: Micros, end: Micros) -> list[Trouble]:
        """Troubles that still show within [start, end], by the time they started."""
        first = max(0, (start - self._longest - self._within_slot - _CALM_FROM) // self._slot)
        last = (end - _CALM_FROM) // self._slot
        drawn = [
            trouble
            for number in range(first, last + 1)
            for trouble in self._with_brigade(number, self._in_slot(number))
        ]
        shown = [
            trouble
            for trouble in (*self._opening_act, *drawn)
            if trouble.start <= end and trouble.end + AFTERMATH >= start
        ]
        return sorted(shown, key=lambda trouble: trouble.start)

    def _with_brigade(self, number: int, trouble: Trouble) -> list[Trouble]:
        """The trouble of a slot, and the drawing of water that every second fire brings."""
        hose = self._hoses.get(trouble.target)
        if trouble.cause != "fire" or hose is None or number % 2:
            return [trouble]
        start = trouble.start + _BRIGADE_AFTER
        return [trouble, Trouble("fire_flow", hose, start, start + _BRIGADE_DRAWS)]

    def _draw(self, number: int) -> Trouble:
        which, when, how_long = uniform(self._seed, _STREAM, [3 * number + i for i in range(3)])
        last = len(self._causes) - 1
        cause = self._causes[min(bisect_right(self._bounds, float(which)), last)]
        shortest, longest = self._rates.causes[cause].lasts
        start = _CALM_FROM + number * self._slot + int(when * self._within_slot)
        lasts = int((shortest + (longest - shortest) * how_long) * SECOND)
        targets = self._targets[cause]
        return Trouble(cause, targets[number % len(targets)], start, start + lasts)
