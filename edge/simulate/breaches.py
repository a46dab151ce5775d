"""Breaches: stays of a hydrant's readings beyond the limits of low pressure and of no water."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.simulate.hydraulics import LOW_PRESSURE_MPA, NO_WATER_MPA
from edge.simulate.noise import Floats, as_ints

_FLICKER = 2  # readings; ours: noise near a limit makes no new breach
_PASSING = 3  # readings; ours: who falls dry passes through low pressure, which is no breach


class Breach(NamedTuple):
    """Readings `first` up to and without `after` are beyond the limit."""

    kind: Literal["hydrant_low_pressure", "hydrant_no_water"]
    first: int
    after: int


def breaches(pressure: Floats) -> list[Breach]:
    """The breaches in one hydrant's readings (MPa, in order), but for one that does not end."""
    dry = [Breach("hydrant_no_water", *run) for run in _runs(pressure < NO_WATER_MPA)]
    low: list[Breach] = []
    for first, after in _runs(pressure < LOW_PRESSURE_MPA):
        dried = sum(b.after - b.first for b in dry if first <= b.first < after)
        if not dried or after - first - dried > _PASSING:
            low.append(Breach("hydrant_low_pressure", first, after))
    return sorted([*dry, *low], key=lambda breach: breach.first)


def _runs(beyond: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where `beyond` is true from … up to, over gaps of a few readings; ended runs only."""
    edges = np.flatnonzero(np.diff(beyond.astype(np.int8), prepend=0))
    bounds = as_ints(edges)
    runs: list[tuple[int, int]] = []
    for first, after in zip(bounds[::2], bounds[1::2], strict=False):
        if runs and first - runs[-1][1] <= _FLICKER:
            runs[-1] = (runs[-1][0], after)
        else:
            runs.append((first, after))
    return runs
