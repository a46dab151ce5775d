"""Waterworks: the campus's mains and hydrants as an EPANET model.

The mains are an example network as the `wntr` wheel ships it, EPANET's number 3 unless told
otherwise: pipes, pumps, tanks, demands and heads untouched. Sixty of its junctions feed one
hydrant each through a lateral pipe of nominal diameter 100 mm. On network 3 the hydrants stand on
the campus's own gentle ground, which alone sets the level of their pressures.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from edge.simulate.noise import Floats

HYDRANTS = 60
STEP_S = 1800
DAY_S = 86_400
STEPS = DAY_S // STEP_S
SETTLE_S = DAY_S  # the first day is thrown away: tanks start where the example says

_LATERAL_M = 0.1
_ROUGHNESS = 100.0  # Hazen-Williams, old cast iron
_MINOR_LOSS = 3.0  # tee, bend, open gate valve


class Mains(NamedTuple):
    """Which of the wheel's networks, junctions never to be chosen, and where hydrants stand.

    `at_street_level`: as high as the network's own junction, not on the campus's ground.
    """

    network: str
    left_out: frozenset[str] = frozenset()
    at_street_level: bool = False


# Junction 601 only exists for the pump's bypass and 10 and 61 feed it: 0.7 MPa and more.
NET3 = Mains("Net3", left_out=frozenset({"601", "61", "10"}))


class Spotted(NamedTuple):
    """A hydrant's junction in the example network and where that lies there (its own units)."""

    junction: str
    x: float
    y: float


def choose_junctions(network: Any, left_out: frozenset[str] = NET3.left_out) -> list[Spotted]:
    """Sixty junctions spread as widely as can be, without those beside pumps and tanks."""
    rim: set[str] = set()
    for _, link in [*network.pumps(), *network.valves()]:
        rim.update((link.start_node_name, link.end_node_name))
    for name in (*network.tank_name_list, *network.reservoir_name_list):
        for link in network.get_links_for_node(name):
            pipe = network.get_link(link)
            rim.update((pipe.start_node_name, pipe.end_node_name))
    names = [name for name in network.junction_name_list if name not in rim | left_out]
    at = np.array([network.get_node(name).coordinates for name in names], dtype=np.float64)
    at = np.argsort(np.argsort(at, axis=0), axis=0).astype(np.float64)
    chosen = [0]
    nearest = np.hypot(*(at - at[0]).T)
    while len(chosen) < HYDRANTS:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.hypot(*(at - at[chosen[-1]]).T))
    return [Spotted(names[i], *map(float, network.get_node(names[i]).coordinates)) for i in chosen]


def load_example(network: str = NET3.network) -> Any:
    """An example network from the wheel, as a `wntr` model."""
    from wntr.network import WaterNetworkModel  # here, for it costs 2 s and 100 MB

    return WaterNetworkModel(network)


def add_laterals(
    network: Any, junctions: list[Spotted], ground_m: Floats, lengths_m: Floats
) -> None:
    """Put a hydrant on each junction, `ground_m` above datum, at the end of its lateral."""
    for number, (spotted, ground, length) in enumerate(
        zip(junctions, ground_m, lengths_m, strict=True)
    ):
        network.add_junction(f"hydrant{number}", base_demand=0.0, elevation=float(ground))
        network.add_pipe(
            f"lateral{number}",
            spotted.junction,
            f"hydrant{number}",
            length=float(length),
            diameter=_LATERAL_M,
            roughness=_ROUGHNESS,
            minor_loss=_MINOR_LOSS,
        )
    network.options.time.duration = SETTLE_S + DAY_S
    network.options.time.hydraulic_timestep = STEP_S
    network.options.time.report_timestep = STEP_S
    network.options.hydraulic.accuracy = 1e-4
