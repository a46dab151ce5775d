from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from edge.columns import Reading
from edge.sample import Sample
from edge.supervise import SupervisedDriver


class Flaky:
    """A driver that fails from poll `bad_from` until before poll `bad_until`."""

    devices = 2

    def __init__(self, bad_from: int = 2, bad_until: int = 4) -> None:
        self.polls = 0
        self.closed = 0
        self._bad = range(bad_from, bad_until)

    def poll(self, now: int) -> Iterable[Sample]:
        self.polls += 1
        yield Sample(readings=[Reading("h-1", "flow", now, 1.0)])
        if self.polls in self._bad:
            raise RuntimeError("the bus is silent")

    def close(self) -> None:
        self.closed += 1
        raise RuntimeError("stuck")


def supervised(driver: Flaky) -> SupervisedDriver:
    return SupervisedDriver("bus", lambda: driver, devices=["h-2"], random=Random(1))


def told(samples: list[Sample]) -> dict[str, str]:
    return {state.device: state.state for sample in samples for state in sample.states}


def test_a_failure_keeps_what_was_read_and_reports_every_device_once() -> None:
    driver = supervised(Flaky())
    assert told(driver.poll(1, 0.0)) == {}
    samples = driver.poll(2, 0.1)
    assert len(samples[0].readings) == 1
    assert told(samples) == {"h-1": "fault", "h-2": "fault"}
    assert told(driver.poll(3, 100.0)) == {}
    assert driver.failures == 2


def test_a_failed_driver_rests_and_then_is_online_again() -> None:
    flaky = Flaky(bad_from=1, bad_until=2)
    driver = supervised(flaky)
    driver.poll(1, 0.0)
    assert driver.poll(2, 0.1) == []
    assert flaky.polls == 1
    assert told(driver.poll(3, 60.0)) == {"h-1": "online", "h-2": "online"}


def test_a_driver_that_cannot_be_made_is_tried_again() -> None:
    tries: list[Flaky | None] = [None, Flaky(9, 9)]

    def make() -> Flaky:
        flaky = tries.pop(0)
        if flaky is None:
            raise OSError("no such camera")
        return flaky

    driver = SupervisedDriver("bus", make, devices=["h-2"], random=Random(1))
    assert driver.devices == 1
    assert told(driver.poll(1, 0.0)) == {"h-2": "fault"}
    assert told(driver.poll(2, 60.0))["h-2"] == "online"
    assert driver.devices == 2


def test_a_driver_that_does_not_close_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    flaky = Flaky()
    driver = supervised(flaky)
    driver.poll(1, 0.0)
    driver.close()
    driver.close()
    assert flaky.closed == 1
    assert "did not close" in caplog.text
