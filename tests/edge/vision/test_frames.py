from __future__ import annotations

import numpy as np
import pytest

from edge.vision.frames import box_in_shares, polygon_mask, shrink


@pytest.mark.parametrize(("shape", "size"), [((1080, 1920), (180, 320)), ((100, 90), (100, 90))])
def test_shrinking_keeps_proportions_and_never_grows(shape, size) -> None:
    assert shrink(np.zeros((*shape, 3), np.uint8), 320).shape[:2] == size


def test_a_polygon_in_shares_becomes_a_mask_in_pixels() -> None:
    mask = polygon_mask(((0, 0), (0.5, 0), (0.5, 1), (0, 1)), 100, 50)
    assert mask.shape == (50, 100)
    assert mask[25, 10] == 255
    assert mask[25, 60] == 0


def test_a_box_in_pixels_becomes_shares() -> None:
    assert box_in_shares(80, 45, 160, 90, (180, 320, 3)) == (0.25, 0.25, 0.5, 0.5)
