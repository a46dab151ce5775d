"""The board: the newest of everything, late data never in front, silence noticed."""

from __future__ import annotations

import msgspec
import pytest

from edge.columns import Reading, pack_readings
from edge.wire import Detection, DeviceState, Direction
from hub.live.board import Board
from hub.live.domain import HOUR, Condition, Line, Sign, condition, last_seen
from ingest.feed import CommittedBatch, CommittedSwipe
from tests.hub.make import SPOT

SECOND = 1_000_000
NOW = 1_000 * SECOND
SPOTS = {"hydrant-07": SPOT}


def batch(*readings: Reading, **more: object) -> CommittedBatch:
    devices, quantities, columns = pack_readings(list(readings))
    empty = CommittedBatch("agent-1", 1, 1, "live", NOW, devices, quantities, columns, [], [], [])
    return msgspec.structs.replace(empty, **more)


def test_the_newest_reading_of_each_quantity_stands_whatever_the_order() -> None:
    board = Board()
    board.take(
        batch(
            Reading("hydrant-07", "pressure", 30, 0.3),
            Reading("hydrant-07", "flow", 10, 2.0),
            Reading("hydrant-08", "pressure", 5, 0.2),
            Reading("hydrant-07", "pressure", 20, 0.1),
        )
    )
    board.take(batch(Reading("hydrant-07", "pressure", 25, 0.9)))
    line = board.lines["hydrant-07"]
    assert line.latest == {"pressure": Sign(0.3, 30), "flow": Sign(2.0, 10)}
    assert line.seen == 30
    assert board.lines["hydrant-08"].latest == {"pressure": Sign(0.2, 5)}


def test_every_sign_of_life_counts_and_persons_are_not_kept() -> None:
    board = Board()
    swipe = CommittedSwipe("reader-01", 40, 123, Direction.IN, granted=True)
    board.take(
        batch(
            swipes=[swipe],
            detections=[Detection("camera-01", 41, "fire", "lane", 0.9)],
            states=[
                DeviceState("hydrant-07", 42, "dirty"),
                DeviceState("hydrant-07", 41, "online"),
            ],
        )
    )
    assert {name: line.seen for name, line in board.lines.items()} == {
        "reader-01": 40, "camera-01": 41, "hydrant-07": 42
    }  # fmt: skip
    assert board.lines["hydrant-07"].told == "dirty"
    assert board.lines["reader-01"] == Line(40)


def test_a_value_that_is_no_number_is_a_sign_of_life_only() -> None:
    board = Board()
    board.take(batch(Reading("hydrant-07", "pressure", 30, float("nan"))))
    assert board.lines["hydrant-07"] == Line(30)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (None, "unknown"),
        (Line(NOW), "ok"),
        (Line(NOW - 15 * SECOND), "ok"),
        (Line(NOW - 16 * SECOND), "silent"),
        (Line(NOW, {}, "dirty", NOW - 100 * SECOND), "fault"),
        (Line(NOW, {}, "online", NOW), "ok"),
        (Line(NOW, {}, "offline", NOW), "silent"),
        (Line(NOW, {}, "offline", NOW - 1), "ok"),
    ],
)
def test_how_a_device_is(line: Line | None, expected: Condition) -> None:
    """SE-17 in part: three missed reports make a device's data stale."""
    assert condition(line, SPOT, NOW) == expected


def test_a_reader_nobody_uses_is_not_silent() -> None:
    reader = msgspec.structs.replace(SPOT, kind="reader")
    assert condition(Line(0), reader, NOW) == "ok"


def test_a_reader_is_told_by_the_hour_so_that_nobodys_steps_are() -> None:
    reader = msgspec.structs.replace(SPOT, device="reader-01", kind="reader")
    board, start = Board(), 50 * HOUR
    board.sign("reader-01", start + 7 * SECOND)
    assert board.take_changes({"reader-01": reader}, start + 8 * SECOND) == ["reader-01"]
    assert last_seen(board.lines["reader-01"], reader) == start
    board.sign("reader-01", start + 9 * SECOND)
    assert board.take_changes({"reader-01": reader}, start + 10 * SECOND) == []
    board.sign("reader-01", start + HOUR + 1)
    assert board.take_changes({"reader-01": reader}, start + HOUR + 2) == ["reader-01"]


def test_who_may_be_a_reader_that_nobody_registered_is_told_by_the_hour_too() -> None:
    assert last_seen(Line(HOUR + 1), None) == HOUR
    assert last_seen(Line(HOUR + 1, {"pressure": Sign(0.3, 1)}), None) == HOUR + 1
    assert last_seen(None, None) is None


def test_changes_are_told_once_and_silence_is_a_change() -> None:
    board = Board()
    board.take_changes(SPOTS, NOW)
    board.take(batch(Reading("hydrant-07", "pressure", NOW, 0.3)))
    board.take(batch(Reading("unregistered", "pressure", NOW, 0.3)))
    assert board.take_changes(SPOTS, NOW) == ["hydrant-07"]
    assert board.take_changes(SPOTS, NOW + 15 * SECOND) == []
    assert board.take_changes(SPOTS, NOW + 16 * SECOND) == ["hydrant-07"]
    assert board.take_changes(SPOTS, NOW + 17 * SECOND) == []
