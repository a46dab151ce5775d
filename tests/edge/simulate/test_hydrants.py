from __future__ import annotations

import numpy as np
import pytest

from edge.simulate.clock import SECOND
from edge.simulate.hydrants import NOISE_MPA, hold
from edge.simulate.run import Run
from edge.simulate.troubles import Trouble
from edge.simulate.world import World


def test_a_trouble_takes_hold_and_goes_again_gradually() -> None:
    trouble = Trouble("burst", 0, 10 * SECOND, 60 * SECOND)
    at = np.array([9, 10, 11.5, 13, 60, 61.5, 63, 100]) * SECOND
    assert hold(trouble, at.astype(np.int64)) == pytest.approx([0, 0, 0.5, 1, 1, 0.5, 0, 0])


def test_a_tapped_hydrant_shows_its_flow_and_nobody_else_does(world: World, morning: int) -> None:
    run = Run(world, morning)
    theft = next(t for t in world.troubles.between(0, 60 * SECOND) if t.cause == "theft")
    flowing = {
        world.hydraulics.openings[t.target].hydrant
        for t in world.troubles.between(0, 60 * SECOND)
        if t.cause in ("burst", "theft", "leak")
    }
    due = run.hydrants.beats.due(40 * SECOND, 60 * SECOND)
    gauged = run.hydrants.read(due)
    tapped = due.device == world.hydraulics.openings[theft.target].hydrant
    assert gauged.flow[tapped].min() > 30
    assert set(due.device[gauged.flow > 0].tolist()) <= flowing


def test_gauges_differ_from_epanet_by_their_noise_alone(world: World, morning: int) -> None:
    run = Run(world, morning)
    due = run.hydrants.beats.due(-1, 3 * SECOND)
    quiet = due.where(due.time < 3 * SECOND)
    second = (quiet.time + run.clock.local_origin) / SECOND % 86_400
    row = (second / 1800).astype(int)
    standing = world.hydraulics.solution.standing
    low = np.minimum(standing[row, quiet.device], standing[(row + 1) % 48, quiet.device])
    high = np.maximum(standing[row, quiet.device], standing[(row + 1) % 48, quiet.device])
    pressure = run.hydrants.read(quiet).pressure
    assert (pressure > low - 5 * NOISE_MPA).all()
    assert (pressure < high + 5 * NOISE_MPA).all()
    assert len(set(pressure.tolist())) > 30


def test_caps_are_off_while_somebody_draws_and_hydrants_lean_that_were_run_into(
    world: World, morning: int
) -> None:
    run, openings = Run(world, morning), world.hydraulics.openings
    for trouble in world.troubles.between(0, 6 * 3600 * SECOND):
        if not (trouble.opens_cap or trouble.knocked):
            continue
        due = run.hydrants.beats.due(trouble.start, trouble.end - 1)
        own = due.device == openings[trouble.target].hydrant
        body = run.hydrants.watch(due)
        assert body.tell[own].all()
        assert (body.cap[own] == trouble.opens_cap).all()
        assert (body.tilt[own] > 15).all() == trouble.knocked
