"""Hydrants: what their gauges and meters read, from EPANET's answers, troubles and noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.simulate.beats import Beats, Due
from edge.simulate.clock import SECOND, MicrosArray, WorldClock
from edge.simulate.devices import REPORT_S
from edge.simulate.hydraulics import Hydraulics, at_time_of_day
from edge.simulate.noise import Floats, normal
from edge.simulate.troubles import Cause, Trouble, Troubles
from edge.simulate.waterworks import DAY_S, HYDRANTS
from edge.wire import Micros

NOISE_MPA = 0.002  # ours: standard deviation of a gauge's reading

KNOCKED_DEGREES = 35.0  # ours: how far a hydrant leans that was run into

_BODY_BEATS = 30  # of them one tells of cap and tilt: each minute
_STREAM = 0x49D2
# Seconds in which a trouble takes hold and in which it goes again once mended.
_ONSET_S: dict[Cause, float] = {
    "burst": 3.0,
    "theft": 3.0,
    "hose": 3.0,
    "leak": 15.0,
    "closed_valve": 1.0,
    "fire_flow": 3.0,
}
_MENDING_S = 3.0


class Gauged(NamedTuple):
    """Pressure in MPa and outflow in L/s, per beat."""

    pressure: Floats
    flow: Floats


class Watched(NamedTuple):
    """Of a hydrant's body, per beat: a cap is off (1) or on (0), and its tilt in degrees.

    `tell` says at which beats that is sent: each minute, and at once while anything is amiss.
    """

    cap: Floats
    tilt: Floats
    tell: NDArray[np.bool_]


class Hydrants:
    """The sixty hydrants of one live run."""

    def __init__(
        self, seed: int, hydraulics: Hydraulics, troubles: Troubles, clock: WorldClock
    ) -> None:
        self.beats = Beats(HYDRANTS, REPORT_S["hydrant"])
        self._seed = seed
        self._hydraulics = hydraulics
        self._troubles = troubles
        self._clock = clock

    def troubles(self, due: Due) -> list[Trouble]:
        """The troubles of the water supply that show at these beats, which are in order."""
        if not len(due.time):
            return []
        shown = self._troubles.between(int(due.time[0]), int(due.time[-1]))
        return [trouble for trouble in shown if concerns_water(trouble)]

    def drop(self, due: Due, trouble: Trouble) -> Floats:
        """How far one trouble lowers the pressure, in MPa per beat."""
        solution, second = self._hydraulics.solution, self._second_of_day(due.time)
        standing = at_time_of_day(solution.standing, second, due.device)
        troubled = at_time_of_day(solution.troubled[trouble.target], second, due.device)
        return hold(trouble, due.time) * (standing - troubled)

    def read(self, due: Due) -> Gauged:
        """What gauges and meters read at these beats. A gauge stops at zero."""
        second = self._second_of_day(due.time)
        pressure = at_time_of_day(self._hydraulics.solution.standing, second, due.device)
        flow = np.zeros(len(due.time))
        for trouble in self.troubles(due):
            pressure = pressure - self.drop(due, trouble)
            outflow = self._hydraulics.solution.flow[trouble.target][:, None]
            own = due.device == self._hydraulics.openings[trouble.target].hydrant
            column = np.zeros(len(due.time), dtype=np.int64)
            flow += own * hold(trouble, due.time) * at_time_of_day(outflow, second, column)
        noise = normal(self._seed, _STREAM + due.device, due.number)
        pressure = np.maximum(pressure + NOISE_MPA * noise, 0.0)
        return Gauged(pressure.round(4), np.maximum(flow, 0.0).round(2))

    def watch(self, due: Due) -> Watched:
        """What the sensors of caps and tilt tell at these beats."""
        cap, tilt = np.zeros(len(due.time)), np.zeros(len(due.time))
        amiss = np.zeros(len(due.time), dtype=np.bool_)
        for trouble in self.troubles(due):
            if not (trouble.opens_cap or trouble.knocked):
                continue
            own = due.device == self._hydraulics.openings[trouble.target].hydrant
            lasts = own & (due.time >= trouble.start) & (due.time < trouble.end)
            cap[lasts & trouble.opens_cap] = 1.0
            tilt[lasts & trouble.knocked] = KNOCKED_DEGREES
            after = trouble.end + int(REPORT_S["hydrant"] * SECOND)
            amiss |= own & (due.time >= trouble.start) & (due.time < after)
        return Watched(cap, tilt, amiss | (due.number % _BODY_BEATS == due.device % _BODY_BEATS))

    def _second_of_day(self, time: MicrosArray) -> Floats:
        return (time + self._clock.local_origin) / SECOND % DAY_S


def concerns_water(trouble: Trouble) -> bool:
    """Whether it is one of the water supply."""
    return trouble.cause in _ONSET_S


def fully_shown(trouble: Trouble) -> Micros:
    """World time from which a trouble of the water supply shows in full."""
    return trouble.start + int(_ONSET_S[trouble.cause] * SECOND)


def hold(trouble: Trouble, time: MicrosArray) -> Floats:
    """How much of a trouble of the water supply shows at world times, 0 to 1."""
    onset = _ONSET_S[trouble.cause] * SECOND
    rising = (time - trouble.start) / onset
    falling = 1.0 - (time - trouble.end) / (_MENDING_S * SECOND)
    return np.clip(np.minimum(rising, falling), 0.0, 1.0)
