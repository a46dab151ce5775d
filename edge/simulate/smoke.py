"""Smoke: obscuration at the detectors and their alarm bits, from clean air, fires and cooking.

Growth is quicker than in life, so that one minute shows a whole fire: obscuration grows with the
square of time, as a growing fire's heat does, cooking smoke fills a room and stays, and both
clear exponentially.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.simulate.beats import Beats, Due
from edge.simulate.clock import SECOND, MicrosArray
from edge.simulate.devices import REPORT_S, SMOKE_DETECTORS
from edge.simulate.noise import Floats, normal, uniform
from edge.simulate.troubles import AFTERMATH, SilenceCause, SmokeCause, Trouble, Troubles
from edge.wire import Micros

ALARM_PERCENT_PER_M = 10.0  # ours: the detector's own alarm threshold
CLEAR_PERCENT_PER_M = 8.0  # ours: below this the alarm resets

_CLEAN = (0.1, 0.6)  # %/m of a detector in clean air
_NOISE = 0.03
_FIRE_GROWTH, _FIRE_MOST = 0.4, 35.0  # %/m per s2; %/m
_COOKING_FILL_S, _COOKING_MOST = 3.7, 18.0
_CLEARING_S = {"fire": 12.0, "cooking": 10.0}
_STREAM = 0x5E0C
_SMOKING: tuple[SmokeCause, ...] = ("fire", "cooking")
_SILENT: tuple[SilenceCause, ...] = ("fault", "shutdown")


@dataclass(frozen=True, slots=True)
class AlarmSpan:
    """A detector's alarm bit is set from `on` until `off` (world time)."""

    detector: int
    on: Micros
    off: Micros


class SmokeDetectors:
    """The 150 detectors of one live run."""

    def __init__(self, seed: int, troubles: Troubles) -> None:
        self.beats = Beats(SMOKE_DETECTORS, REPORT_S["smoke"])
        self._seed = seed
        self._troubles = troubles
        low, high = _CLEAN
        self._clean = low + (high - low) * uniform(seed, _STREAM, np.arange(SMOKE_DETECTORS))

    def alarms(self, start: Micros, end: Micros) -> list[AlarmSpan]:
        """Alarms that are set at some time within [start, end]."""
        spans = [
            alarm_span(trouble)
            for trouble in self._troubles.between(start, end)
            if trouble.cause in _SMOKING
        ]
        return [span for span in spans if span.on <= end and span.off >= start]

    def silences(self, start: Micros, end: Micros) -> list[Trouble]:
        """Faults and shut-downs during which a detector sends nothing, within [start, end]."""
        return [
            trouble
            for trouble in self._troubles.between(start, end)
            if trouble.cause in _SILENT and trouble.end >= start
        ]

    def speaking(self, due: Due) -> Due:
        """Those of the beats, which are in order, that are not swallowed by a silence."""
        if not len(due.time):
            return due
        keep = np.ones(len(due.time), dtype=np.bool_)
        for silence in self.silences(int(due.time[0]), int(due.time[-1])):
            within = (due.time >= silence.start) & (due.time < silence.end)
            keep &= ~((due.device == silence.target) & within)
        return due.where(keep)

    def obscuration(self, due: Due) -> Floats:
        """Obscuration in %/m at beats in order."""
        value = self._clean[due.device] + _NOISE * normal(
            self._seed, _STREAM + 1 + due.device, due.number
        )
        if len(due.time):
            for trouble in self._troubles.between(int(due.time[0]), int(due.time[-1])):
                if trouble.cause in _SMOKING:
                    value = value + (due.device == trouble.target) * smoke(trouble, due.time)
        return np.maximum(value, 0.0).round(2)

    def alarm(self, due: Due) -> NDArray[np.float64]:
        """The alarm bit, 0 or 1, at beats in order."""
        bit = np.zeros(len(due.time))
        if len(due.time):
            for span in self.alarms(int(due.time[0]), int(due.time[-1])):
                within = (due.time >= span.on) & (due.time < span.off)
                bit[(due.device == span.detector) & within] = 1.0
        return bit


def smoke(trouble: Trouble, time: MicrosArray) -> Floats:
    """Obscuration in %/m that a fire or cooking adds at world times."""
    burning = np.clip(time - trouble.start, 0, trouble.end - trouble.start) / SECOND
    clearing = np.maximum(time - trouble.end, 0) / SECOND
    shows = time <= trouble.end + AFTERMATH
    return shows * _grown(trouble, burning) * np.exp(-clearing / _CLEARING_S[trouble.cause])


def alarm_span(trouble: Trouble) -> AlarmSpan:
    """When smoke sets the alarm and when it has cleared enough to reset it."""
    if trouble.cause == "fire":
        delay = (ALARM_PERCENT_PER_M / _FIRE_GROWTH) ** 0.5
    else:
        delay = -_COOKING_FILL_S * float(np.log(1.0 - ALARM_PERCENT_PER_M / _COOKING_MOST))
    lasted = np.array([(trouble.end - trouble.start) / SECOND])
    most = float(_grown(trouble, lasted)[0])
    clearing = _CLEARING_S[trouble.cause] * float(np.log(most / CLEAR_PERCENT_PER_M))
    on = trouble.start + int(delay * SECOND)
    return AlarmSpan(trouble.target, on, trouble.end + int(clearing * SECOND))


def _grown(trouble: Trouble, burning: Floats) -> Floats:
    if trouble.cause == "fire":
        return np.minimum(_FIRE_GROWTH * burning**2, _FIRE_MOST)
    return _COOKING_MOST * (1.0 - np.exp(-burning / _COOKING_FILL_S))
