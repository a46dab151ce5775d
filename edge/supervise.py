"""Supervise: keep one driver's failures from the rest of the agent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from random import Random

from edge.backoff import Backoff
from edge.look import Frame
from edge.sample import Driver, Photographer, Sample, Watched
from edge.wire import DeviceState, Micros, is_identifier

_BACKOFF_S = (0.5, 30.0)
_REASON_LENGTH = 200

log = logging.getLogger(__name__)


class SupervisedDriver:
    """A driver that is made when first polled, and left alone for a while when it raises.

    Its devices, those named in the agent's file and those it has reported, become `fault` with
    the first failure and `online` again with the next poll that works.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], Driver],
        *,
        devices: Iterable[str] = (),
        random: Random | None = None,
    ) -> None:
        self.name = name
        self.failures = 0
        self._make = make
        self._driver: Driver | None = None
        self._known = set(devices)
        self._backoff = Backoff(*_BACKOFF_S, random or Random())
        self._retry_at = 0.0
        self._failed = False

    @property
    def devices(self) -> int:
        """How many devices it reads, as far as is known."""
        return len(self._known) if self._driver is None else self._driver.devices

    def start(self) -> None:
        """Make the driver now and not with the first poll. Raises whatever the driver raises."""
        if self._driver is None:
            self._driver = self._make()

    def take_snapshot(self, device: str) -> bool:
        """Ask for a camera's next picture; False if the driver has no such camera."""
        return isinstance(self._driver, Photographer) and self._driver.take_snapshot(device)

    def look(self, device: str, seconds: float) -> bool:
        """Let a camera's live pictures flow; False if the driver has no such camera."""
        return isinstance(self._driver, Watched) and self._driver.look(device, seconds)

    def take_frames(self) -> list[tuple[str, Frame]]:
        """Live pictures of cameras that are looked at, by device."""
        return self._driver.take_frames() if isinstance(self._driver, Watched) else []

    def drop_frame(self, device: str) -> None:
        """Count a live picture that could not be sent."""
        if isinstance(self._driver, Watched):
            self._driver.drop_frame(device)

    def poll(self, now: Micros, at: float) -> list[Sample]:
        """What the driver has read; `at` is the monotonic second of this poll. Never raises."""
        if self._failed and at < self._retry_at:
            return []
        samples: list[Sample] = []
        try:
            if self._driver is None:
                self._driver = self._make()
            for sample in self._driver.poll(now):
                self._learn(sample)
                samples.append(sample)
        except Exception as error:
            return [*samples, *self.fail(error, now, at)]
        if self._failed:
            self._failed = False
            self._backoff.reset()
            log.info("driver works again: driver=%s failures=%d", self.name, self.failures)
            samples += self._states("online", now)
        return samples

    def fail(self, error: Exception, now: Micros, at: float) -> list[Sample]:
        """Take note of a failure; the samples that report it."""
        self.failures += 1
        wait = self._backoff.next()
        self._retry_at = at + wait
        first, self._failed = not self._failed, True
        log.error(
            "driver failed: driver=%s failures=%d retry_s=%.1f error=%r",
            self.name, self.failures, wait, error, exc_info=error if first else None,
        )  # fmt: skip
        return self._states("fault", now, {"reason": str(error)[:_REASON_LENGTH]}) if first else []

    def close(self) -> None:
        """Close the driver; a failure is logged."""
        if self._driver is None:
            return
        try:
            self._driver.close()
        except Exception:  # a driver is anybody's code: whatever it raises, the agent goes on
            log.exception("driver did not close: driver=%s", self.name)
        self._driver = None

    def _learn(self, sample: Sample) -> None:
        names = {reading.device for reading in sample.readings}
        names.update(swipe.reader for swipe in sample.swipes)
        names.update(detection.device for detection in sample.detections)
        names.update(state.device for state in sample.states)
        # A name that the wire refuses would make the fault's own report a bad sample.
        self._known.update(name for name in names - self._known if is_identifier(name))

    def _states(
        self,
        state: str,
        now: Micros,
        detail: dict[str, str | int | float | bool | None] | None = None,
    ) -> list[Sample]:
        names = sorted(self._known)
        states = [DeviceState(name, now, state, detail or {}) for name in names]
        return [Sample(states=states)] if states else []
