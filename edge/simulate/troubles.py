"""Troubles: what goes wrong on the campus, to which device, and when.

The first minute holds every kind; after two minutes one trouble starts every two to four
minutes, forever. Trouble number n is a pure function of the seed and n. Times are world time.
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
_SLOT = 180 * SECOND
_WITHIN_SLOT = 60 * SECOND
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


class _Kind(NamedTuple):
    """How often (in shares) a cause comes up, and how long it lasts in seconds."""

    share: float
    lasts: tuple[float, float]


_KINDS: dict[Cause, _Kind] = {
    "burst": _Kind(0.10, (60, 150)),
    "theft": _Kind(0.12, (60, 150)),
    "hose": _Kind(0.05, (60, 120)),
    "leak": _Kind(0.10, (60, 150)),
    "closed_valve": _Kind(0.13, (60, 150)),
    "fire": _Kind(0.10, (20, 60)),
    "cooking": _Kind(0.15, (15, 40)),
    "fault": _Kind(0.07, (60, 150)),
    "shutdown": _Kind(0.08, (60, 150)),
    "forced_entry": _Kind(0.10, (10, 40)),
}

_CAUSES = tuple(_KINDS)
_BOUNDS = tuple(accumulate(kind.share for kind in _KINDS.values()))

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
    """The schedule of one world. `targets` lists, per cause, whom it befalls in turn.

    `hoses` gives, for a detector, the opening from which the brigade draws when it burns there.

    Raises:
        ValueError: a cause has fewer than three targets, so that it could befall one that still
            has the last trouble.
    """

    def __init__(
        self,
        seed: int,
        targets: Mapping[Cause, Sequence[int]],
        hoses: Mapping[int, int] | None = None,
    ) -> None:
        for cause in _KINDS:
            if len(targets.get(cause, ())) < 3:
                raise ValueError(f"world of seed {seed} has no three targets for {cause}")
        self._seed = seed
        self._targets = {cause: tuple(targets[cause]) for cause in _KINDS}
        self._hoses = dict(hoses or {})
        self._opening_act = tuple(
            Trouble(cause, self._targets[cause][-1], int(start * SECOND), int(end * SECOND))
            for cause, start, end in _OPENING_ACT
        )
        self._in_slot = lru_cache(maxsize=64)(self._draw)

    def between(self, start: Micros, end: Micros) -> list[Trouble]:
        """Troubles that still show within [start, end], by the time they started."""
        longest = max(int(kind.lasts[1]) * SECOND for kind in _KINDS.values()) + AFTERMATH
        first = max(0, (start - longest - _WITHIN_SLOT - _CALM_FROM) // _SLOT)
        last = (end - _CALM_FROM) // _SLOT
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
        cause = _CAUSES[min(bisect_right(_BOUNDS, float(which)), len(_CAUSES) - 1)]
        shortest, longest = _KINDS[cause].lasts
        start = _CALM_FROM + number * _SLOT + int(when * _WITHIN_SLOT)
        lasts = int((shortest + (longest - shortest) * how_long) * SECOND)
        targets = self._targets[cause]
        return Trouble(cause, targets[number % len(targets)], start, start + lasts)
