from __future__ import annotations

import numpy as np
import pytest

from edge.simulate.scenes import (
    HEIGHT,
    LANE,
    WIDTH,
    Span,
    control_scene,
    corridor_scene,
    fire_scene,
    lane_scene,
)
from edge.vision.fire import flame_coloured
from edge.vision.frames import polygon_mask

LOOP_S = 90.0


def test_a_van_stands_in_the_lane_for_its_span_only() -> None:
    scene = lane_scene(1, "A", LOOP_S, Span(10, 30))
    lane = polygon_mask(LANE, WIDTH, HEIGHT) > 0

    def white(at: float) -> float:
        return float((scene(at)[lane].min(axis=1) > 190).mean())

    assert white(2.0) < 0.02 < 0.15 < white(11.0)
    assert white(29.0) > 0.15
    assert white(35.0) < 0.02


def test_flames_burn_and_grow_for_their_span_only() -> None:
    scene = fire_scene(1, "B", LOOP_S, Span(10, 30))
    bins = np.s_[150:200, 325:375]

    def flames(at: float) -> int:
        return int(flame_coloured(scene(at))[0][bins].sum())

    assert flames(9.9) == flames(30.1) == 0
    assert 0 < flames(10.5) < flames(20.0)


def test_a_cloth_hides_the_corridor_for_its_span_only() -> None:
    scene = corridor_scene(1, "C", LOOP_S, Span(10, 30))
    light = [float(scene(at).mean()) for at in (9.0, 10.0, 29.9, 31.0)]

    assert light[1] < 40
    assert light[2] < 40
    assert min(light[0], light[3]) > 120


def test_a_cloud_takes_a_third_of_the_light_of_the_control_scene() -> None:
    scene = control_scene(1, "D", LOOP_S)
    assert scene(64.0).mean() / scene(56.0).mean() == pytest.approx(0.67, abs=0.05)
