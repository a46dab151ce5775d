from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.vision.background import RELEARN_S, Background


def test_what_stays_in_the_picture_is_never_learnt_away(ground) -> None:
    background = Background()
    for number in range(40):
        background.see(ground(), number / 8)
    for number in range(40, 800):
        picture = ground()
        cv2.rectangle(picture, (100, 60), (180, 120), (240, 30, 30), -1)
        foreground = background.see(picture, number / 8)
    assert foreground.reliable
    assert np.count_nonzero(foreground.mask) == pytest.approx(81 * 61, rel=0.1)


def test_half_the_light_leaves_no_foreground(ground) -> None:
    background = Background()
    for number in range(40):
        background.see(ground(), number / 8)
    foreground = background.see((ground() * 0.5).astype(np.uint8), 5.0)
    assert np.count_nonzero(foreground.mask) < 0.01 * foreground.mask.size


def test_a_new_view_is_unreliable_until_it_is_learnt(ground) -> None:
    background = Background()
    for number in range(40):
        background.see(ground(), number / 8)
    reliable = [
        background.see(255 - ground()[::-1], 5 + number / 8).reliable
        for number in range(round((RELEARN_S + 5) * 8))
    ]
    assert not any(reliable[: round(RELEARN_S * 8)])
    assert reliable[-1]
