"""Late data on a running hub with the real follower: it lands, closes its gap and alarms nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import psycopg
import pytest

from edge.columns import Reading
from edge.wire import Detection, Micros
from hub.plans.read import shipped_plan
from ingest import clock
from tests.hub.gaps.conftest import SECOND, Sender
from tests.hub.make import RunningHub, running_hub

Params = Callable[[Micros, float], dict[str, str]]


@pytest.fixture
def judged(site_url: str) -> Iterator[RunningHub]:
    """A hub that follows the feed by the demo plan: low for four seconds is an anomaly."""
    with running_hub(site_url, plan=shipped_plan("demo")) as hub:
        yield hub


def pressures(start: Micros, seconds: Iterable[int], value: float) -> list[Reading]:
    return [Reading("hydrant-07", "pressure", start + second * SECOND, value) for second in seconds]


def settle(conn: psycopg.Connection) -> None:
    """Wait until the follower has judged all there is."""
    for _ in range(500):
        row = conn.execute(
            "select position >= (select max(position) from feed) from hub.followers"
        ).fetchone()
        if row == (True,):
            return
        time.sleep(0.02)
    raise AssertionError("the follower did not keep up")


def anomalies(conn: psycopg.Connection) -> list[tuple[str, bool]]:
    query = "select kind, recovered is not null from hub.anomalies order by started"
    return conn.execute(query).fetchall()


def test_late_data_closes_its_gap_and_raises_nothing(
    judged: RunningHub, sender: Sender, span: Params
) -> None:
    start = clock.now() - 300 * SECOND
    sender.register_since("hydrant-07", start)
    path, asked = "/api/devices/hydrant-07/gaps", span(start, 300)
    sender.send(1, *pressures(start, range(0, 101, 5), 0.3))
    heartbeat = Reading("camera-01", "luminance", start + 280 * SECOND, 0.5)
    sender.send(3, *pressures(start, range(200, 300, 5), 0.3), heartbeat)
    (gap,) = judged.get(path, **asked)["items"]
    assert gap["missed"] == 19
    fire = Detection("camera-01", start + 150 * SECOND, "fire", "hall", 0.9)
    sender.send(2, *pressures(start, range(105, 200, 5), 0.05), detections=(fire,))
    settle(sender.conn)
    assert anomalies(sender.conn) == []
    assert judged.get("/api/cases")["items"] == []
    assert judged.get(path, **asked)["items"] == []
    series = judged.get(
        "/api/devices/hydrant-07/series", quantity="pressure", **span(start + 102 * SECOND, 95)
    )
    assert series["time"] == [(start + second * SECOND) / SECOND for second in range(105, 200, 5)]
    assert set(series["value"]) == {0.05}


def test_late_data_neither_ends_nor_doubles_an_alarm_that_stands(
    judged: RunningHub, sender: Sender
) -> None:
    start = clock.now() - 300 * SECOND
    sender.send(1, *pressures(start, range(0, 101, 5), 0.3))
    sender.send(3, *pressures(start, range(200, 221, 5), 0.05))
    settle(sender.conn)
    assert anomalies(sender.conn) == [("hydrant_low_pressure", False)]
    sender.send(2, *pressures(start, range(105, 200, 5), 0.3))
    sender.send(4, *pressures(start, range(202, 219, 5), 0.3))
    sender.send(5, *pressures(start, range(103, 200, 5), 0.05))
    settle(sender.conn)
    assert anomalies(sender.conn) == [("hydrant_low_pressure", False)]
    (case,) = judged.get("/api/cases")["items"]
    assert (case["recovered"], case["recurrences"]) == (False, 0)
    sender.send(6, *pressures(start, range(225, 251, 5), 0.3))
    settle(sender.conn)
    assert anomalies(sender.conn) == [("hydrant_low_pressure", True)]
