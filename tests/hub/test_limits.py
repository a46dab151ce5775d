"""How many requests one account or address may send."""

from __future__ import annotations

from hub.limits import Limits


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_goes_through_then_it_goes_at_the_pace() -> None:
    time = Time()
    limits = Limits(time, burst=5, per_s=2)
    assert [limits.take("one") for _ in range(5)] == [0] * 5
    assert limits.take("one") == 0.5
    assert limits.take("two") == 0
    time.now = 0.5
    assert (limits.take("one"), limits.refused) == (0, 1)


def test_memory_is_bounded_and_the_longest_unused_is_forgotten() -> None:
    limits = Limits(Time(), burst=2, per_s=1, most=100)
    for number in range(1000):
        limits.take(f"{number}")
    assert len(limits) == 100
    limits.take("900")
    assert limits.take("900") > 0
    limits.take("5")
    assert limits.take("5") == 0
