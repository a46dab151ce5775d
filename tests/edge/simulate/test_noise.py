from __future__ import annotations

import numpy as np

from edge.simulate.noise import normal, uniform


def test_a_number_is_the_same_whoever_asks_and_in_whatever_order() -> None:
    together = uniform(7, 3, np.arange(100))
    alone = [float(uniform(7, 3, 99 - i)[0]) for i in range(100)]
    assert together.tolist() == alone[::-1]


def test_streams_and_seeds_are_unlike() -> None:
    base = uniform(7, 3, np.arange(1000))
    for other in (uniform(7, 4, np.arange(1000)), uniform(8, 3, np.arange(1000))):
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.1


def test_uniform_fills_its_interval_evenly() -> None:
    numbers = uniform(1, np.arange(100)[:, None], np.arange(1000))
    assert numbers.min() >= 0
    assert numbers.max() < 1
    counts, _ = np.histogram(numbers, bins=10, range=(0, 1))
    assert np.abs(counts / 10_000 - 1).max() < 0.05


def test_normal_has_mean_zero_and_deviation_one() -> None:
    numbers = normal(1, np.arange(100)[:, None], np.arange(1000))
    assert abs(numbers.mean()) < 0.02
    assert abs(numbers.std() - 1) < 0.02
    assert np.isfinite(numbers).all()
