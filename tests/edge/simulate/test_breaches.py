from __future__ import annotations

import numpy as np

from edge.simulate.breaches import Breach, breaches


def _of(*pressures: float) -> list[Breach]:
    return breaches(np.array([0.3, *pressures, 0.3, 0.3, 0.3]))


def test_good_pressure_has_no_breach() -> None:
    assert _of(0.14, 0.15, 0.2) == []


def test_low_pressure_is_one_breach_in_spite_of_noise_at_the_limit() -> None:
    assert _of(0.139, 0.141, 0.13, 0.1, 0.142, 0.139) == [Breach("hydrant_low_pressure", 1, 7)]


def test_falling_dry_passes_through_low_pressure_without_a_breach_of_it() -> None:
    assert _of(0.1, 0.0, 0.0, 0.0, 0.05) == [Breach("hydrant_no_water", 2, 5)]


def test_low_pressure_that_lasts_before_it_falls_dry_is_told_too() -> None:
    low = [0.1] * 10
    assert _of(*low, 0.0, 0.0) == [
        Breach("hydrant_low_pressure", 1, 13),
        Breach("hydrant_no_water", 11, 13),
    ]


def test_a_breach_that_does_not_end_is_not_told() -> None:
    assert breaches(np.array([0.3, 0.1, 0.1])) == []
