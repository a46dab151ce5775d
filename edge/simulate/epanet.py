"""EPANET: one day of the campus's mains, solved without trouble and with each of many troubles.

Pressures are steady states: EPANET knows no water hammer. A trouble is solved at every half hour
of the day with the tanks as full as they are at that moment, for troubles last minutes and do
not drain tanks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from edge.simulate.noise import Floats
from edge.simulate.waterworks import DAY_S, HYDRANTS, SETTLE_S, STEP_S, STEPS

WaterCause = Literal["burst", "leak", "theft", "hose", "closed_valve"]
WATER_CAUSES: tuple[WaterCause, ...] = get_args(WaterCause)

MPA_PER_METRE = 0.00980665  # of water, at standard gravity

# EPANET emitter coefficients in L/s per metre^0.5: 1000 · Cd · A · sqrt(2 g) of the opening.
_OPENING: dict[WaterCause, float] = {
    "burst": 20.9,  # the lateral broken to its full 100 mm bore, Cd 0.6
    "theft": 13.2,  # one DN65 outlet drawn fully open, Cd 0.9
    "hose": 1.3,  # a DN25 hose on the outlet, Cd 0.6
    "leak": 2.1,  # a crack of 8 cm2, Cd 0.6
    "closed_valve": 0.5,  # the drip drain of a hydrant's foot, behind the closed valve
}


class Opening(NamedTuple):
    """One solved trouble: what is open (or shut) at which hydrant."""

    cause: WaterCause
    hydrant: int


@dataclass(frozen=True, slots=True)
class Solution:
    """EPANET's answers.

    `standing` is [STEPS, HYDRANTS] in MPa without trouble; `troubled` is [openings, STEPS,
    HYDRANTS] in MPa; `flow` is [openings, STEPS] in L/s out of the troubled hydrant's lateral.
    Row i is i half hours after midnight.
    """

    standing: Floats
    troubled: Floats
    flow: Floats


class EpanetError(RuntimeError):
    """EPANET stopped or found no balance; the text says what to look at."""


def solve(network: Any, openings: Sequence[Opening]) -> Solution:
    """Solve one day without trouble, and each opening at every half hour of it.

    Raises:
        EpanetError: EPANET found no balance, or its library does not load on this machine.
    """
    from wntr.epanet.exceptions import EpanetException
    from wntr.network import write_inpfile  # pyright: ignore[reportUnknownVariableType]

    with tempfile.TemporaryDirectory(prefix="gridwarden-epanet-") as folder:
        model = Path(folder) / "campus.inp"
        write_inpfile(network, str(model), units="LPS")
        try:
            return _solve(model, openings)
        except EpanetException as error:
            raise EpanetError(f"EPANET found no balance of the campus's mains: {error}") from error


def _solve(model: Path, openings: Sequence[Opening]) -> Solution:
    standing = np.full((STEPS, HYDRANTS), np.nan)
    troubled = np.full((len(openings), STEPS, HYDRANTS), np.nan)
    flow = np.full((len(openings), STEPS), np.nan)
    engine = _Engine(model)
    try:
        for step in engine.half_hours():
            standing[step] = engine.pressures()
            for number, opening in enumerate(openings):
                troubled[number, step], flow[number, step] = engine.with_opening(opening)
    finally:
        engine.close()
    if not (np.isfinite(standing).all() and np.isfinite(troubled).all()):
        raise EpanetError("EPANET left half hours of the day unsolved: check the time options")
    return Solution(standing, troubled, flow)


class _Engine:
    """One open EPANET project, stepped through the settled day."""

    def __init__(self, model: Path) -> None:
        from wntr.epanet.toolkit import ENepanet
        from wntr.epanet.util import EN

        self._codes = EN
        try:
            self._engine: Any = ENepanet()
        except OSError as error:
            raise EpanetError(
                f"EPANET's library in the wntr wheel does not load here: {error}."
                " It ships for x86-64 Linux, macOS and Windows; on another machine use a cache"
                " folder that one of these has filled"
            ) from error
        self._engine.ENopen(str(model), str(model.with_suffix(".rpt")), "")
        self._engine.ENopenH()
        self._nodes = [self._engine.ENgetnodeindex(f"hydrant{i}") for i in range(HYDRANTS)]
        self._links = [self._engine.ENgetlinkindex(f"lateral{i}") for i in range(HYDRANTS)]

    def half_hours(self) -> Iterator[int]:
        """Advance through the day; yields the number of each half hour after midnight."""
        self._engine.ENinitH(0)
        while True:
            at = int(self._engine.ENrunH())
            since = at - SETTLE_S
            if 0 <= since < DAY_S and since % STEP_S == 0:
                yield since // STEP_S
                self._engine.ENrunH()  # the undisturbed balance again, from which the tanks move on
            if self._engine.ENnextH() == 0:
                return

    def pressures(self) -> Floats:
        """Pressure at every hydrant in MPa."""
        read, code = self._engine.ENgetnodevalue, self._codes.PRESSURE
        return np.array([read(node, code) for node in self._nodes]) * MPA_PER_METRE

    def with_opening(self, opening: Opening) -> tuple[Floats, float]:
        """Pressures in MPa and the hydrant's outflow in L/s while one opening stands."""
        node, link = self._nodes[opening.hydrant], self._links[opening.hydrant]
        shut = opening.cause == "closed_valve"
        self._engine.ENsetnodevalue(node, self._codes.EMITTER, _OPENING[opening.cause])
        if shut:
            self._engine.ENsetlinkvalue(link, self._codes.STATUS, 0)
        self._engine.ENrunH()
        pressures = self.pressures()
        flow = float(self._engine.ENgetlinkvalue(link, self._codes.FLOW))
        self._engine.ENsetnodevalue(node, self._codes.EMITTER, 0.0)
        if shut:
            self._engine.ENsetlinkvalue(link, self._codes.STATUS, 1)
        return pressures, flow

    def close(self) -> None:
        self._engine.ENcloseH()
        self._engine.ENclose()
