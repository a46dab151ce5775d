from __future__ import annotations

import numpy as np
import pytest

from edge.vision.flicker import Flicker


def test_the_sums_are_those_of_the_pictures_within_the_window() -> None:
    random = np.random.default_rng(4)
    flames = random.random((40, 6, 9)) < 0.5
    lumas = random.integers(0, 255, (40, 6, 9), dtype=np.uint8)
    flicker = Flicker((6, 9), 2.0)
    for number, (flame, luma) in enumerate(zip(flames, lumas, strict=True)):
        flicker.add(flame, luma, number / 8)

    kept = slice(40 - 17, 40)
    steps = np.abs(np.diff(lumas[22:].astype(int), axis=0))
    assert flicker.pictures == 17
    assert flicker.span_s == pytest.approx(2.0)
    assert (flicker.seen == flames[kept].sum(axis=0)).all()
    assert (flicker.changes == (flames[23:] ^ flames[22:-1]).sum(axis=0)).all()
    assert (flicker.stir == steps.sum(axis=0)).all()
    part, blob = (slice(0, 6), slice(0, 9)), np.ones((6, 9), np.bool_)
    assert flicker.areas(part, blob) == flames[kept].sum(axis=(1, 2)).tolist()
