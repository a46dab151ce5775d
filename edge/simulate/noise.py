"""Noise without state: random numbers as a pure function of (seed, stream, counter).

Whoever asks, in whatever order and however often, gets the same number, so that a restarted
agent and the truth file see the very readings that the first run sent.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]

# Odd constants and shifts of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def as_ints(column: NDArray[np.int64]) -> list[int]:
    """A one-dimensional column as plain integers, for messages."""
    return column.tolist()


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return state ^ (state >> np.uint64(31))


def _words(values: ArrayLike) -> NDArray[np.uint64]:
    return np.atleast_1d(np.asarray(values, dtype=np.int64)).astype(np.uint64)


def uniform(seed: int, stream: ArrayLike, counter: ArrayLike) -> Floats:
    """Numbers in [0, 1), one per broadcast (stream, counter); at least one-dimensional."""
    state = _mix(_words(seed) * _GOLDEN + _words(stream))
    state = _mix(state * _GOLDEN + _words(counter))
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(seed: int, stream: ArrayLike, counter: ArrayLike) -> Floats:
    """Standard normal numbers, one per broadcast (stream, counter); Box and Muller's way."""
    doubled = _words(counter) * np.uint64(2)
    radius = np.sqrt(-2.0 * np.log1p(-uniform(seed, stream, doubled.astype(np.int64))))
    angle = 2.0 * np.pi * uniform(seed, stream, (doubled + np.uint64(1)).astype(np.int64))
    result: Any = radius * np.cos(angle)
    return result
