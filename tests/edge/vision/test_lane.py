from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from edge.vision.background import Background
from edge.vision.finding import Finding
from edge.vision.frames import Picture
from edge.vision.lane import Lanes

LANE = {"gate": ((0.25, 0.5), (0.75, 0.5), (0.75, 0.95), (0.25, 0.95))}
FPS = 8


class Yard:
    """Plays pictures of a yard into the lanes, eight a second."""

    def __init__(self, ground: Callable[[], Picture]) -> None:
        self.ground, self.lanes, self.time_s = ground, Lanes(LANE), 0.0

    def play(
        self, seconds: float, draw: Callable[[Picture, float], None] = lambda picture, at: None
    ) -> list[tuple[float, Finding]]:
        seen: list[tuple[float, Finding]] = []
        begin = self.time_s
        while self.time_s < begin + seconds:
            picture = self.ground()
            draw(picture, self.time_s - begin)
            seen += [(self.time_s - begin, f) for f in self.lanes.see(picture, self.time_s)]
            self.time_s += 1 / FPS
        return seen


def car(x: float) -> Callable[[Picture, float], None]:
    return lambda picture, at: paint_car(picture, x)


def paint_car(picture: Picture, x: float) -> None:
    left = int(x)
    cv2.rectangle(picture, (left, 95), (left + 90, 150), (30, 30, 170), -1)
    cv2.rectangle(picture, (left + 15, 100), (left + 70, 115), (200, 190, 180), -1)
    for wheel in (18, 72):
        cv2.circle(picture, (left + wheel, 150), 10, (15, 15, 15), -1)


@pytest.fixture
def yard(ground) -> Yard:
    yard = Yard(ground)
    assert yard.play(5) == []
    return yard


def test_a_car_that_stands_is_reported_after_two_seconds_with_its_share_and_box(yard) -> None:
    seen = yard.play(6, car(110))

    at, finding = seen[0]
    assert 2.0 <= at <= 2.5
    assert (finding.kind, finding.zone) == ("lane_occupied", "gate")
    assert finding.score == pytest.approx(90 * 60 / (160 * 81), abs=0.08)
    left, top, width, height = finding.box
    assert left == pytest.approx(110 / 320, abs=0.03)
    assert width == pytest.approx(90 / 320, abs=0.04)
    assert top == pytest.approx(95 / 180, abs=0.05)
    assert height == pytest.approx(65 / 180, abs=0.06)


def test_a_car_that_passes_is_not_reported(yard) -> None:
    assert yard.play(5, lambda picture, at: paint_car(picture, at * 90 - 90)) == []


def test_a_car_that_halts_for_a_second_is_not_reported(yard) -> None:
    def halt(picture: Picture, at: float) -> None:
        paint_car(picture, min(at, 1.0) * 110 + max(0.0, at - 2.0) * 110)

    assert yard.play(5, halt) == []


def test_a_person_who_waits_in_the_lane_does_not_occupy_it(yard) -> None:
    def person(picture: Picture, at: float) -> None:
        cv2.rectangle(picture, (150, 110), (160, 140), (20, 20, 20), -1)

    assert yard.play(6, person) == []


def test_a_lane_is_free_as_soon_as_the_car_has_left(yard) -> None:
    assert yard.play(10, car(110))
    assert yard.play(5) == []


@pytest.mark.slow
def test_a_car_that_stands_for_minutes_stays_reported(yard) -> None:
    yard.play(4, car(60))
    seen = yard.play(140, car(60))

    assert len(seen) == pytest.approx(140 * FPS, abs=2)


def test_people_who_pass_before_a_parked_car_do_not_free_the_lane(yard) -> None:
    yard.play(5, car(110))

    def passer(picture: Picture, at: float) -> None:
        paint_car(picture, 110)
        x = int(at * 60)
        cv2.rectangle(picture, (x, 90), (x + 16, 160), (220, 220, 220), -1)

    assert len(yard.play(5, passer)) == 5 * FPS


def test_a_cloud_neither_raises_nor_ends_anything(ground) -> None:
    yard = Yard(ground)
    yard.play(5)

    def cloud(picture: Picture, at: float) -> None:
        cv2.convertScaleAbs(picture, picture, 1 - 0.35 * min(1.0, at))

    assert yard.play(6, cloud) == []
    yard.play(4, car(110))

    def cloud_over_car(picture: Picture, at: float) -> None:
        paint_car(picture, 110)
        cloud(picture, at)

    assert len(yard.play(6, cloud_over_car)) == 6 * FPS


def test_a_car_that_stood_there_from_the_start_leaves_no_ghost(ground) -> None:
    yard = Yard(ground)
    assert yard.play(6, car(110)) == []
    yard.play(4)
    assert yard.play(10) == []
    assert yard.play(5, car(110)), "and the next car is seen again"


def test_a_restart_before_a_parked_car_remembers_the_clear_lane(ground, yard) -> None:
    yard.play(3)
    assert yard.lanes.background.settled
    restarted = Yard(ground)
    restarted.lanes = Lanes(LANE, Background(yard.lanes.background.picture()))
    seen = restarted.play(6, car(110))

    assert 2.0 <= seen[0][0] <= 2.5
    assert restarted.play(5) == []


def test_a_remembered_view_that_has_changed_is_learnt_again(ground) -> None:
    yard = Yard(ground)
    yard.lanes = Lanes(LANE, Background(255 - ground()[::-1]))
    assert yard.play(40) == []
    assert yard.play(5, car(110))


def test_a_gap_in_the_pictures_makes_nothing_stand(yard) -> None:
    yard.play(0.5, car(110))
    yard.time_s += 30
    assert yard.play(1, car(110)) == []


def test_a_shaken_camera_raises_nothing_and_learns_its_new_view(yard) -> None:
    def shaken(picture: Picture, at: float) -> None:
        picture[:] = np.roll(picture[:, ::-1], 40, axis=1) // 2 + 100

    assert yard.play(40, shaken) == []

    def parked(picture: Picture, at: float) -> None:
        shaken(picture, at)
        paint_car(picture, 110)

    assert yard.play(5, parked)


def test_without_lanes_nothing_is_analysed(ground) -> None:
    assert Lanes({}).see(ground(), 0.0) == []
