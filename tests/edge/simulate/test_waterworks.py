from __future__ import annotations

import numpy as np

from edge.simulate.waterworks import HYDRANTS, add_laterals, choose_junctions, load_example


def test_sixty_junctions_are_chosen_away_from_pumps_and_tanks() -> None:
    network = load_example()
    chosen = choose_junctions(network)
    names = {spotted.junction for spotted in chosen}
    assert len(names) == HYDRANTS
    for _, pump in network.pumps():
        assert not names & {pump.start_node_name, pump.end_node_name}
    for tank in network.tank_name_list:
        for link in network.get_links_for_node(tank):
            pipe = network.get_link(link)
            assert not names & {pipe.start_node_name, pipe.end_node_name}


def test_the_mains_stay_as_they_are_shipped() -> None:
    shipped, ours = load_example(), load_example()
    lengths = np.full(HYDRANTS, 30.0)
    add_laterals(ours, choose_junctions(ours), np.full(HYDRANTS, 12.0), lengths)
    for name in shipped.junction_name_list:
        assert ours.get_node(name).elevation == shipped.get_node(name).elevation
        assert ours.get_node(name).base_demand == shipped.get_node(name).base_demand
    for name in shipped.pipe_name_list:
        assert ours.get_link(name).length == shipped.get_link(name).length
    assert len(ours.pipe_name_list) == len(shipped.pipe_name_list) + HYDRANTS
