"""Live pictures of one camera: only while somebody looks, paced, bounded, never old."""

from __future__ import annotations

import cv2
import numpy as np

from edge.drivers.gaze import Gaze
from edge.look import FRAMES_S, MAX_FRAME_BYTES
from edge.vision.frames import Picture

NOISE: Picture = np.random.default_rng(1).integers(0, 256, (1080, 1920, 3), np.uint8)
PLAIN: Picture = np.full((360, 640, 3), 90, np.uint8)


class Steady:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def test_nothing_flows_when_nobody_looks_and_it_ends_by_itself() -> None:
    """SE-15 in part: frames flow only while a desk looks."""
    clock = Steady()
    gaze = Gaze("camera-1", clock)
    gaze.see(PLAIN, 1)
    assert gaze.take() is None
    gaze.look(10)
    gaze.see(PLAIN, 2)
    taken = gaze.take()
    assert taken is not None
    assert taken.time == 2
    clock.now += 10
    gaze.see(PLAIN, 3)
    assert gaze.take() is None
    gaze.look(10)
    gaze.look(0)
    gaze.see(PLAIN, 4)
    assert gaze.take() is None


def test_a_new_look_shows_nothing_of_one_that_ran_out() -> None:
    clock = Steady()
    gaze = Gaze("camera-1", clock)
    gaze.look(10)
    gaze.see(PLAIN, 1)
    clock.now += 3600
    gaze.look(10)
    assert gaze.take() is None


def test_frames_come_no_faster_than_their_rate_and_the_newest_wins() -> None:
    clock = Steady()
    gaze = Gaze("camera-1", clock)
    gaze.look(30)
    times: list[int] = []
    for step in range(100):  # ten seconds of a camera with ten pictures a second
        gaze.see(PLAIN, step)
        frame = gaze.take()
        times += [frame.time] if frame else []
        clock.now += 0.1
    assert 10 * FRAMES_S - 1 <= len(times) <= 10 * FRAMES_S + 1
    for step in range(100, 110):
        gaze.see(PLAIN, step)
        clock.now += 0.1
    late = gaze.take()
    assert late is not None
    assert late.time >= 107
    assert late.dropped == 3


def test_even_noise_fits_the_bound() -> None:
    clock = Steady()
    gaze = Gaze("camera-1", clock)
    gaze.look(30)
    gaze.see(NOISE, 1)
    frame = gaze.take()
    assert frame is not None
    assert len(frame.jpeg) <= MAX_FRAME_BYTES
    shown = cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape[1] <= 640
