"""Load: how many alarms a desk is given, after EEMUA 191, third edition.

A desk can work 1 alarm in 10 minutes on average, and 10 in the 10 minutes after an upset. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.wire import Micros

WINDOW: Micros = 600_000_000  # 10 minutes: EEMUA 191
AVERAGE = 1.0  # alarms per window in steady running, "very likely to be acceptable": EEMUA 191
AFTER_UPSET = 10  # alarms in the window after an upset, "should be manageable": EEMUA 191


@dataclass(frozen=True, slots=True)
class Load:
    """Alarms of one desk.

    `average` is per 10 minutes; `most` is the worst span of 10 minutes that begins with an alarm;
    `after_upset` is the worst 10 minutes after a given upset, None without any; `flooded` is the
    share of alarms that begin a span with more than 10.
    """

    alarms: int
    average: float
    most: int
    after_upset: int | None
    flooded: float


def load_of(alarms: Sequence[Micros], span: Micros, upsets: Sequence[Micros] = ()) -> Load:
    """The load of alarms over a span of time, both in microseconds.

    Raises:
        ValueError: the span is not positive.
    """
    if span <= 0:
        raise ValueError(f"span {span}: must be positive")
    times = np.sort(np.asarray(alarms, dtype=np.int64))
    following = _within(times, times)
    upset = _within(times, np.asarray(upsets, dtype=np.int64))
    return Load(
        alarms=len(times),
        average=len(times) * WINDOW / span,
        most=int(following.max(initial=0)),
        after_upset=int(upset.max()) if len(upset) else None,
        flooded=float((following > AFTER_UPSET).mean()) if len(times) else 0.0,
    )


def _within(times: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """How many of the sorted times lie in the window that begins at each start."""
    return np.searchsorted(times, starts + WINDOW) - np.searchsorted(times, starts)
