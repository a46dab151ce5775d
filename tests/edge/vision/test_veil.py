from __future__ import annotations

import numpy as np

from edge.vision.frames import Picture
from edge.vision.veil import Veil

WHITE: Picture = np.full((100, 200, 3), 255, np.uint8)


def test_hidden_parts_are_black_and_the_rest_is_untouched() -> None:
    left = ((0, 0), (0.25, 0), (0.25, 1), (0, 1))
    corner = ((0.9, 0.9), (1, 0.9), (1, 1), (0.9, 1))
    veiled = Veil([left, corner]).over(WHITE)
    assert not veiled[:, :50].any()
    assert not veiled[92:, 182:].any()
    assert (veiled[:90, 52:] == 255).all()
    assert (WHITE == 255).all()


def test_without_hidden_parts_nothing_is_copied() -> None:
    assert Veil([]).over(WHITE) is WHITE


def test_a_camera_that_changes_its_size_stays_veiled() -> None:
    veil = Veil([((0, 0), (1, 0), (1, 0.5), (0, 0.5))])
    veil.over(WHITE)
    larger = veil.over(np.full((200, 400, 3), 255, np.uint8))
    assert not larger[:98].any()
    assert (larger[102:] == 255).all()
