from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge.simulate.hydraulics import (
    LOW_PRESSURE_MPA,
    NO_WATER_MPA,
    at_time_of_day,
    build_hydraulics,
)
from edge.simulate.waterworks import HYDRANTS, STEP_S, STEPS
from edge.simulate.world import World


def test_standing_pressures_are_plausible_all_day(world: World) -> None:
    standing = world.hydraulics.solution.standing
    assert standing.shape == (STEPS, HYDRANTS)
    assert standing.min() > 0.2
    assert standing.max() < 0.45
    assert np.ptp(standing, axis=0).min() > 0.005  # tanks and demand move every hydrant


@pytest.mark.parametrize(
    ("cause", "lowest", "highest"),
    [
        ("burst", NO_WATER_MPA, LOW_PRESSURE_MPA),
        ("theft", NO_WATER_MPA, LOW_PRESSURE_MPA),
        ("hose", LOW_PRESSURE_MPA, 0.45),
        ("leak", LOW_PRESSURE_MPA, 0.45),
        ("closed_valve", -1e-4, NO_WATER_MPA),
    ],
)
def test_a_trouble_breaks_its_limit_all_day_or_never(
    world: World, cause: str, lowest: float, highest: float
) -> None:
    hydraulics = world.hydraulics
    troubles = [i for i, opening in enumerate(hydraulics.openings) if opening.cause == cause]
    assert len(troubles) >= 3
    for index in troubles:
        own = hydraulics.solution.troubled[index, :, hydraulics.openings[index].hydrant]
        assert own.min() >= lowest
        assert own.max() < highest


def test_water_that_runs_out_lowers_the_neighbours_too(world: World) -> None:
    solution = world.hydraulics.solution
    for index in world.hydraulics.of_cause("burst"):
        drop = (solution.standing - solution.troubled[index]).mean(axis=0)
        own = world.hydraulics.openings[index].hydrant
        others = np.delete(drop, own)
        assert drop[own] > others.max() > 0
        assert others.min() > -0.005


def test_flow_follows_the_orifice_law(world: World) -> None:
    """EPANET's emitter: the flow grows with the root of the pressure at the opening."""
    solution = world.hydraulics.solution
    for index in world.hydraulics.of_cause("burst"):
        hydrant = world.hydraulics.openings[index].hydrant
        head = solution.troubled[index, :, hydrant] / 0.00980665
        assert solution.flow[index] == pytest.approx(20.9 * np.sqrt(head), rel=0.01)


def test_pressure_between_half_hours_is_between_their_values() -> None:
    table = np.arange(STEPS, dtype=np.float64)[:, None]
    second = np.array([0.0, STEP_S / 2, STEP_S * (STEPS - 0.5)])
    column = np.zeros(3, dtype=np.int64)
    assert at_time_of_day(table, second, column).tolist() == [0.0, 0.5, (STEPS - 1) / 2]


def test_a_damaged_cache_is_solved_again(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    build_hydraulics(world.seed, world.territory, tmp_path)
    (cache,) = tmp_path.iterdir()
    cache.write_bytes(b"torn")
    again = build_hydraulics(world.seed, world.territory, tmp_path)
    assert again.openings == world.hydraulics.openings
    assert "solving again" in caplog.text
    assert np.load(cache)["standing"].shape == (STEPS, HYDRANTS)
