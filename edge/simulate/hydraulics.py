"""Hydraulics: where the hydrants stand, and what EPANET says of their pressures and troubles.

Solving takes about 3 s, most of it importing `wntr`, so the answers are kept in a cache folder.
"""

from __future__ import annotations

import logging
import os
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.simulate.epanet import WATER_CAUSES, Opening, Solution, WaterCause, solve
from edge.simulate.noise import Floats, as_ints
from edge.simulate.territory import HEIGHT, WIDTH, Spot, Territory
from edge.simulate.waterworks import (
    HYDRANTS,
    NET3,
    STEP_S,
    STEPS,
    Mains,
    Spotted,
    add_laterals,
    choose_junctions,
    load_example,
)

LOW_PRESSURE_MPA = 0.14  # GB 55036-2022, 3.0.3: municipal hydrants in normal running
NO_WATER_MPA = 0.02  # ours: the hydrant gives nothing that a pump could lift

_FORMAT = 2  # of the cache; raise it when anything that is solved changes
_TURN = np.radians(120.0)  # ours: of the turns tried, the one that crowds no grid
_MARGIN_MPA = 0.012  # ours: a trouble whose pressure comes to rest nearer to a limit is left out
_CANDIDATES: dict[WaterCause, int] = {
    "burst": 12,
    "theft": 14,
    "hose": 6,
    "leak": 8,
    "closed_valve": 10,
}
_SPILLING: tuple[WaterCause, ...] = ("burst", "theft")  # those meant to break the limit

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hydraulics:
    """Sixty hydrants from west to east, the troubles they can have, and EPANET's answers."""

    spots: tuple[Spot, ...]
    openings: tuple[Opening, ...]
    solution: Solution

    def of_cause(self, cause: WaterCause) -> list[int]:
        """Indexes of the openings of one cause."""
        return [i for i, opening in enumerate(self.openings) if opening.cause == cause]


def build_hydraulics(
    seed: int, territory: Territory, cache_dir: Path | None, mains: Mains = NET3
) -> Hydraulics:
    """Solve the campus's mains, or take the answers from the cache folder.

    Raises:
        EpanetError: EPANET found no balance.
        OSError: the cache folder can't be written.
    """
    if cache_dir is None:
        return _solve(seed, territory, mains)
    network = "" if mains == NET3 else f"-{mains.network}"
    path = cache_dir / f"hydraulics-v{_FORMAT}-seed{seed}{network}-wntr{version('wntr')}.npz"
    if path.exists():
        try:
            return _load(path)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            _log.warning("hydraulics cache unreadable, solving again", extra={"error": str(error)})
    hydraulics = _solve(seed, territory, mains)
    _save(hydraulics, path)
    return hydraulics


def ground_height(spots: Floats) -> Floats:
    """Metres above datum of campus ground: a gentle rise to the east and a knoll in the middle."""
    x, y = spots[:, 0] / WIDTH, spots[:, 1] / HEIGHT
    return 10.0 + 3.0 * x + 2.0 * np.exp(-8.0 * ((x - 0.5) ** 2 + (y - 0.5) ** 2))


def _solve(seed: int, territory: Territory, mains: Mains) -> Hydraulics:
    random = np.random.default_rng((seed, 0x4A7E))
    network = load_example(mains.network)
    junctions = choose_junctions(network, mains.left_out)
    warped = _campus_spots(junctions)
    order = as_ints(np.argsort(warped[:, 0], kind="stable"))
    spots = [territory.open_spot((float(x), float(y))) for x, y in warped[order]]
    chosen = [junctions[i] for i in order]
    ground = ground_height(np.array(spots))
    if mains.at_street_level:
        ground = np.array([float(network.get_node(one.junction).elevation) for one in chosen])
    lengths = random.uniform(15.0, 60.0, HYDRANTS)
    add_laterals(network, chosen, ground, lengths)
    causes: list[WaterCause] = [cause for cause, count in _CANDIDATES.items() for _ in range(count)]
    hydrants = random.permutation(HYDRANTS)[: len(causes)]  # no hydrant has two troubles
    candidates = [
        Opening(cause, int(hydrant)) for cause, hydrant in zip(causes, hydrants, strict=True)
    ]
    solved = solve(network, candidates)
    clear = [i for i, opening in enumerate(candidates) if _is_clear(opening, solved.troubled[i])]
    return Hydraulics(
        tuple(spots),
        tuple(candidates[i] for i in clear),
        Solution(solved.standing, solved.troubled[clear], solved.flow[clear]),
    )


def _campus_spots(junctions: list[Spotted]) -> Floats:
    """The example network bent onto the campus: turned, and spread mostly by rank.

    Neighbours stay neighbours, while no corner of the campus is left without hydrants.
    """
    cosine, sine = np.cos(_TURN), np.sin(_TURN)
    at = np.array([(spotted.x, spotted.y) for spotted in junctions])
    at = at @ np.array([[cosine, -sine], [sine, cosine]])
    scaled = (at - at.min(axis=0)) / np.ptp(at, axis=0)
    ranked = np.argsort(np.argsort(at, axis=0, kind="stable"), axis=0) / (len(at) - 1)
    share = 0.03 + 0.94 * (0.2 * scaled + 0.8 * ranked)
    return share * (WIDTH, HEIGHT)


def _is_clear(opening: Opening, pressure: Floats) -> bool:
    """Whether the trouble breaks a limit clearly or not at all, at every time of day.

    `pressure` is [STEPS, HYDRANTS] in MPa. Near misses are left out because sensor noise would
    decide there whether a limit was broken.
    """
    if (np.abs(pressure - LOW_PRESSURE_MPA) < _MARGIN_MPA).any():
        return False
    own = pressure[:, opening.hydrant]
    if opening.cause == "closed_valve":
        return bool((own < NO_WATER_MPA / 2).all())
    if (np.abs(pressure - NO_WATER_MPA) < NO_WATER_MPA / 4).any():
        return False
    return bool((own < LOW_PRESSURE_MPA).all()) == (opening.cause in _SPILLING)


def _save(hydraulics: Hydraulics, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.stem}-{os.getpid()}.npz")
    np.savez(
        unfinished,
        spots=np.array(hydraulics.spots),
        causes=np.array([WATER_CAUSES.index(o.cause) for o in hydraulics.openings]),
        hydrants=np.array([o.hydrant for o in hydraulics.openings]),
        standing=hydraulics.solution.standing,
        troubled=hydraulics.solution.troubled,
        flow=hydraulics.solution.flow,
    )
    unfinished.replace(path)


def _load(path: Path) -> Hydraulics:
    with np.load(path, allow_pickle=False) as stored:
        openings = tuple(
            Opening(WATER_CAUSES[cause], int(hydrant))
            for cause, hydrant in zip(stored["causes"], stored["hydrants"], strict=True)
        )
        solution = Solution(stored["standing"], stored["troubled"], stored["flow"])
        spots = tuple((float(x), float(y)) for x, y in stored["spots"])
    if solution.troubled.shape != (len(openings), STEPS, HYDRANTS):
        raise ValueError(f"{path} holds {solution.troubled.shape}, not this program's shapes")
    return Hydraulics(spots, openings, solution)


def at_time_of_day(table: Floats, second: Floats, column: NDArray[np.int64]) -> Floats:
    """Entries of a [STEPS, columns] table at seconds after midnight, between its rows linearly.

    `second` and `column` have one shape; the row after the day's last is its first.
    """
    position = second / STEP_S
    before = np.floor(position).astype(np.int64)
    share = position - before
    return (
        table[before % STEPS, column] * (1.0 - share) + table[(before + 1) % STEPS, column] * share
    )
