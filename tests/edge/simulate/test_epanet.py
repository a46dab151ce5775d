from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edge.simulate.epanet import EpanetError, Opening, solve
from edge.simulate.waterworks import HYDRANTS, add_laterals, choose_junctions, load_example


@pytest.fixture
def network() -> Any:
    network = load_example()
    lengths = np.full(HYDRANTS, 30.0)
    add_laterals(network, choose_junctions(network), np.full(HYDRANTS, 12.0), lengths)
    return network


def test_an_opening_leaves_no_trace_in_the_next(network: Any) -> None:
    closed, burst = Opening("closed_valve", 3), Opening("burst", 20)
    both = solve(network, [closed, burst])
    alone = solve(network, [burst])
    assert both.standing == pytest.approx(alone.standing, abs=2e-4)
    assert both.troubled[1] == pytest.approx(alone.troubled[0], abs=2e-4)


def test_behind_a_closed_valve_there_is_no_water_and_nobody_else_minds(network: Any) -> None:
    solution = solve(network, [Opening("closed_valve", 3)])
    assert np.abs(solution.troubled[0, :, 3]).max() < 1e-3
    assert np.abs(solution.flow).max() < 0.01
    others = np.delete(solution.troubled[0] - solution.standing, 3, axis=1)
    assert np.abs(others).max() < 1e-3


def test_mains_that_cannot_be_balanced_are_an_error_of_ours(network: Any) -> None:
    for name in (*network.tank_name_list, *network.reservoir_name_list):
        for link in network.get_links_for_node(name):
            network.remove_link(link, with_control=True)
        network.remove_node(name, with_control=True)
    with pytest.raises(EpanetError, match="found no balance of the campus's mains"):
        solve(network, [])
