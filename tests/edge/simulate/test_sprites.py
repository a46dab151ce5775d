from __future__ import annotations

import numpy as np
import pytest

from edge.simulate.sprites import draw_car, draw_cover, draw_flames, draw_person, draw_smoke


def blank() -> np.ndarray:
    return np.full((270, 480, 3), 128, np.uint8)


@pytest.mark.parametrize("x", [-300.0, -20.0, 200.0, 470.0, 900.0])
def test_things_are_drawn_in_at_and_beyond_the_edges_of_the_picture(x: float) -> None:
    random, picture = np.random.default_rng(1), blank()
    draw_car(picture, x, 200, 120, (10, 10, 200), van=True, hazard_lights=True)
    draw_person(picture, x, 200, 60, (200, 10, 10), 1.0)
    draw_smoke(picture, x, 150, 100, 3.0)
    if 0 <= x < 480:
        draw_flames(picture, x, 200, 40, random)

    assert (picture != 128).any() == (-130 < x < 500)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_cover_hides_its_share_of_the_picture(share: float) -> None:
    picture = blank()
    draw_cover(picture, share, np.random.default_rng(1))
    assert (picture[:, :, 0] < 60).mean() == pytest.approx(share, abs=0.01)
