from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.anomalies.detectors.presence import Presence, PresenceState
from hub.anomalies.row import Row
from hub.plans.domain import PresenceRule

LANE = PresenceRule(
    kind="lane_blocked",
    detection="lane_occupied",
    min_score=0.5,
    duration_s=10,
    clear_s=4,
    blinded_by="lens_covered",
    grade="serious",
    due_minutes=60,
    source={},
)


@pytest.fixture(scope="module")
def lane(script: Any) -> Presence:
    return Presence("lane", LANE, script.spots(cam="camera", cam2="camera", h="hydrant"))


def seen(script: Any, seconds: range, kind: str = "lane_occupied", **more: Any) -> list[Any]:
    return [script.detection(second, "cam", kind, **more) for second in seconds]


def beats(script: Any, *seconds: float) -> list[Any]:
    return [script.reading(second, "cam", "luminance", 0.5) for second in seconds]


def told(script: Any, detector: Presence, events: list[Any]) -> list[Any]:
    ordered = sorted(events, key=lambda event: event.time)
    return script.play(detector, [script.batch([event]) for event in ordered])


def test_a_lane_is_blocked_when_something_stays_in_it(script: Any, lane: Presence) -> None:
    assert told(script, lane, seen(script, range(10))) == []
    assert told(script, lane, seen(script, range(11))) == [("lane_blocked", "cam", 0, 10)]


def test_who_comes_and_goes_blocks_nothing(script: Any, lane: Presence) -> None:
    assert told(script, lane, seen(script, range(6)) + seen(script, range(11, 17))) == []


def test_a_short_gap_does_not_end_a_sight(script: Any, lane: Presence) -> None:
    events = seen(script, range(6)) + seen(script, range(9, 12))
    assert told(script, lane, events) == [("lane_blocked", "cam", 0, 10)]


def test_it_is_clear_when_the_camera_reports_without_seeing_it(script: Any, lane: Presence) -> None:
    events = seen(script, range(13)) + beats(script, 5, 10, 15)
    assert len(told(script, lane, events)) == 1
    assert told(script, lane, events + beats(script, 16))[1:] == [
        ("lane_blocked over", "cam", 0, 16)
    ]


def test_a_camera_that_falls_silent_proves_nothing(script: Any, lane: Presence) -> None:
    later = [script.reading(500, "cam2", "luminance", 0.5)]
    assert len(told(script, lane, seen(script, range(13)) + later)) == 1


def test_a_covered_camera_proves_nothing(script: Any, lane: Presence) -> None:
    covered = seen(script, range(13, 30), "lens_covered")
    events = seen(script, range(13)) + covered + beats(script, *range(0, 32, 5), 32)
    assert len(told(script, lane, events)) == 1
    assert told(script, lane, events + beats(script, 33))[1:] == [
        ("lane_blocked over", "cam", 0, 33)
    ]


def test_a_doubtful_sight_does_not_count(script: Any, lane: Presence) -> None:
    assert told(script, lane, seen(script, range(60), score=0.4)) == []


def test_a_sight_older_than_the_newest_is_history(script: Any, lane: Presence) -> None:
    events = [*seen(script, range(100, 105)), *seen(script, range(20)), *beats(script, 200)]
    assert script.play(lane, [script.batch([event]) for event in events]) == []


def test_the_anomaly_points_at_the_picture_of_the_sight(script: Any, lane: Presence) -> None:
    first = seen(script, range(1)) + seen(script, range(1, 2), picture=True)
    batch = script.batch(first + seen(script, range(2, 12)))
    _, (found,) = lane.step(lane.start(), Row(batch), 0)
    assert found.detection_time == script.micros(1)
    assert (found.value, found.limit, found.unit, found.quantity) == (10, 10, "s", "lane_occupied")


def test_a_rule_without_duration_is_raised_at_the_first_sight(script: Any, lane: Presence) -> None:
    rule = msgspec.structs.replace(LANE, kind="camera_fire", detection="fire", duration_s=0)
    fire = Presence("fire", rule, lane.spots)
    events = [*seen(script, range(3), "fire"), *beats(script, 5, 6)]
    assert told(script, fire, events) == [
        ("camera_fire", "cam", 0, 0),
        ("camera_fire over", "cam", 0, 6),
    ]


def test_only_cameras_of_the_site_are_believed(script: Any, lane: Presence) -> None:
    events = [script.detection(s, name, "lane_occupied") for s in range(30) for name in ("h", "x")]
    assert told(script, lane, events) == []


@settings(max_examples=200, deadline=None)
@given(
    story=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["cam", "cam2"]),
            st.sampled_from(["lane_occupied", "lens_covered", "beat"]),
        ),
        max_size=60,
    ),
    cuts=st.sets(st.integers(0, 60)),
)
def test_neither_the_cut_into_batches_nor_a_restart_changes_what_is_found(
    script: Any, lane: Presence, story: list[tuple[int, str, str]], cuts: set[int]
) -> None:
    second, events = 0.0, []
    for passed, camera, what in story:
        # Events of one moment have no order of their own; a camera's are never of one moment.
        second += passed + 0.001
        events.append(
            script.reading(second, camera, "luminance", 0.5)
            if what == "beat"
            else script.detection(second, camera, what)
        )

    def run(cut: set[int]) -> list[Any]:
        state, found = lane.start(), []
        edges = [0, *sorted(edge for edge in cut if edge < len(events)), len(events)]
        for start, end in pairwise(edges):
            state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=PresenceState)
            state, more = lane.step(state, Row(script.batch(events[start:end])), 0)
            found += more
        return sorted(script.tell(found))

    assert run(cuts) == run(set(range(len(events))))


def test_a_detection_that_comes_late_is_history_if_the_camera_has_seen_the_lane_clear_since(
    script: Any, lane: Presence
) -> None:
    late = [script.batch(seen(script, range(20)), received=60)]
    clear = [script.batch(beats(script, 30))]
    assert script.play(lane, clear + late) == []
    assert script.play(lane, late + clear)[:1] == [("lane_blocked", "cam", 0, 10)]


def test_a_detection_that_its_camera_has_barely_overtaken_is_live(
    script: Any, lane: Presence
) -> None:
    """Urgent and bulk batches go different ways, so that either may come first."""
    batches = [
        script.batch(beats(script, 13)),
        script.batch(seen(script, range(9, 25)), received=26),
    ]
    assert script.play(lane, batches) == [("lane_blocked", "cam", 9, 19)]


def test_a_covered_camera_makes_no_history(script: Any, lane: Presence) -> None:
    covered = seen(script, range(20, 31), "lens_covered") + beats(script, 25, 31)
    late = [script.batch(seen(script, range(20)), received=60)]
    assert script.play(lane, [script.batch(covered), *late]) == [("lane_blocked", "cam", 0, 10)]
