from __future__ import annotations

from edge.columns import Reading
from edge.drivers.outlet import WAITING, Outlet
from edge.wire import Detection, DeviceState


def detection(kind: str, time: int, snapshot: bytes | None = None) -> Detection:
    return Detection("camera-1", time, kind, "", 0.5, None, snapshot)


def test_fires_and_covered_lenses_are_urgent_and_all_else_waits() -> None:
    outlet = Outlet("camera-1")
    for time, kind in enumerate(("lane_occupied", "fire", "lens_covered")):
        outlet.put_detection(detection(kind, time))
    outlet.put_reading(Reading("camera-1", "luminance", 4, 0.5))
    outlet.put_state(DeviceState("camera-1", 5, "online"))
    urgent, bulk = outlet.drain(9)

    assert urgent.urgent
    assert [d.kind for d in urgent.detections] == ["fire", "lens_covered"]
    assert not urgent.readings
    assert not bulk.urgent
    assert [d.kind for d in bulk.detections] == ["lane_occupied"]
    assert len(bulk.readings) == len(bulk.states) == 1
    assert outlet.drain(10) == []


def test_what_is_too_much_is_dropped_repeats_first_and_the_loss_is_told() -> None:
    outlet = Outlet("camera-1")
    outlet.put_detection(detection("fire", 0, b"jpeg"))
    for time in range(1, WAITING + 5):
        outlet.put_detection(detection("fire", time))
    for time in range(WAITING + 3):
        outlet.put_reading(Reading("camera-1", "luminance", time, 0.5))
    urgent, bulk = outlet.drain(99)

    assert len(urgent.detections) == WAITING
    assert urgent.detections[0].snapshot == b"jpeg"
    assert [d.time for d in urgent.detections[1:]] == list(range(6, WAITING + 5))
    assert len(bulk.readings) == WAITING
    assert bulk.states == [DeviceState("camera-1", 99, "fault", {"dropped": 5 + 3})]
