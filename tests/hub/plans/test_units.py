from __future__ import annotations

from hub.plans.units import micros


def test_seconds_become_whole_microseconds() -> None:
    assert (micros(60), micros(0.5), micros(0.1 + 0.2)) == (60_000_000, 500_000, 300_000)
