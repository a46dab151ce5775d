"""Outlet: hands what a driver's own thread has read to whoever polls the driver. Bounded."""

from __future__ import annotations

import logging
import threading

from edge.columns import Reading
from edge.sample import Sample
from edge.wire import Detection, DeviceState, Micros

WAITING = 256  # ours: of each sort; a camera makes about three detections a second at most
URGENT_KINDS = frozenset({"fire", "lens_covered", "snapshot"})  # somebody waits for the last

log = logging.getLogger(__name__)


class Outlet:
    """What waits for the next poll of one device. Any thread may call any method.

    When nobody polls for long, repeated detections go before first ones (which carry the
    snapshot), old before new; the loss is logged and told with the next poll.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._lock = threading.Lock()
        self._waiting = Sample()
        self._dropped = 0

    def put_detection(self, detection: Detection) -> None:
        """Queue a detection."""
        with self._lock:
            waiting = self._waiting.detections
            if len(waiting) >= WAITING:
                repeats = (n for n, other in enumerate(waiting) if other.snapshot is None)
                del waiting[next(repeats, 0)]
                self._dropped += 1
            waiting.append(detection)

    def put_reading(self, reading: Reading) -> None:
        """Queue a reading."""
        with self._lock:
            self._dropped += _bound(self._waiting.readings)
            self._waiting.readings.append(reading)

    def put_state(self, state: DeviceState) -> None:
        """Queue a device's state."""
        with self._lock:
            self._dropped += _bound(self._waiting.states)
            self._waiting.states.append(state)

    def drain(self, now: Micros) -> list[Sample]:
        """Everything queued: at most an urgent and a bulk sample."""
        with self._lock:
            taken, self._waiting = self._waiting, Sample()
            dropped, self._dropped = self._dropped, 0
        if dropped:
            log.error("not polled for too long: device=%s dropped=%d", self._device, dropped)
            taken.states.append(DeviceState(self._device, now, "fault", {"dropped": dropped}))
        urgent = Sample(
            detections=[d for d in taken.detections if d.kind in URGENT_KINDS], urgent=True
        )
        taken.detections = [d for d in taken.detections if d.kind not in URGENT_KINDS]
        return [sample for sample in (urgent, taken) if len(sample)]


def _bound(waiting: list[Reading] | list[DeviceState]) -> int:
    """Make room for one more; how many went."""
    if len(waiting) < WAITING:
        return 0
    del waiting[0]
    return 1
