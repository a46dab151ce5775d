"""The counter: every reading once, in order, with the content that the verdict expects."""

from __future__ import annotations

from tools.chaos.counter import LIFE, MOST_AT_ONCE, URGENT_EVERY, CounterDriver, Course

COURSE = Course("north", life=3, origin=1_000_000, period=1_000, devices=7)


def counted(driver: CounterDriver, now: int) -> list[int]:
    readings = [reading for sample in driver.poll(now) for reading in sample.readings]
    for reading in readings:
        life, n = divmod(int(reading.value), LIFE)
        assert life == 3
        assert reading.device == f"north-{n % 7}"
        assert reading.time == 1_000_000 + n * 1_000
    return sorted(int(reading.value) % LIFE for reading in readings)


def test_it_counts_every_reading_once_up_to_the_clock() -> None:
    driver = CounterDriver(COURSE)
    assert counted(driver, 999_000) == []
    assert counted(driver, 1_250_000) == list(range(1, 251))
    assert counted(driver, 1_250_999) == []
    assert counted(driver, 1_252_000) == [251, 252]


def test_it_catches_up_in_pieces() -> None:
    driver = CounterDriver(COURSE)
    late = 1_000_000 + (MOST_AT_ONCE + 5) * 1_000
    assert len(counted(driver, late)) == MOST_AT_ONCE
    assert len(counted(driver, late)) == 5


def test_some_readings_are_urgent() -> None:
    samples = {sample.urgent: sample for sample in CounterDriver(COURSE).poll(1_100_000)}
    assert len(samples[True].readings) == 100 // URGENT_EVERY
