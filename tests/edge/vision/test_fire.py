from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from edge.simulate.sprites import draw_flames
from edge.vision.finding import Finding
from edge.vision.fire import Flames, flame_coloured
from edge.vision.frames import Picture

ORANGE = (20, 110, 250)


def play(
    ground: Callable[[], Picture],
    draw: Callable[[Picture, float], None],
    seconds: float = 8.0,
    rate: float = 8.0,
) -> list[tuple[float, Finding]]:
    flames = Flames()
    seen: list[tuple[float, Finding]] = []
    for number in range(round(seconds * rate)):
        picture = ground()
        draw(picture, number / rate)
        if finding := flames.see(picture, number / rate):
            seen.append((number / rate, finding))
    return seen


@pytest.mark.parametrize(("rate", "latest"), [(6.0, 6.0), (8.0, 5.0), (10.0, 5.0)])
def test_flames_are_found_in_seconds_where_they_burn(ground, rate: float, latest: float) -> None:
    random = np.random.default_rng(1)
    seen = play(ground, lambda p, at: draw_flames(p, 200, 120, 40, random), rate=rate)

    at, finding = seen[0]
    assert at <= latest
    left, top, width, height = finding.box
    assert left < 200 / 320 < left + width
    assert top < 110 / 180 < top + height
    assert 0 < finding.score <= 1


def test_an_orange_thing_that_stands_is_no_fire(ground) -> None:
    assert not play(ground, lambda p, at: _rectangle(p, 100, ORANGE))


def test_an_orange_car_that_drives_over_yellow_paint_is_no_fire(ground) -> None:
    def drive(picture: Picture, at: float) -> None:
        for x in range(60, 260, 20):
            cv2.line(picture, (x, 120), (x + 12, 80), (40, 190, 235), 2)
        if at > 40:
            _rectangle(picture, int((at - 40) * 50), ORANGE)

    assert not play(ground, drive, seconds=47)


def test_an_orange_car_that_passes_is_no_fire(ground) -> None:
    assert not play(ground, lambda p, at: _rectangle(p, int(at * 60), ORANGE))


@pytest.mark.parametrize("per_second", [0.7, 1.5, 2.5])
def test_a_blinking_amber_lamp_is_no_fire(ground, per_second: float) -> None:
    def blink(picture: Picture, at: float) -> None:
        if at * per_second % 1 < 0.5:
            cv2.circle(picture, (160, 90), 12, (20, 150, 255), -1)

    assert not play(ground, blink)


def test_flickering_white_light_is_no_fire(ground) -> None:
    random = np.random.default_rng(2)

    def flicker(picture: Picture, at: float) -> None:
        level = int(random.integers(120, 255))
        _rectangle(picture, 100, (level, level, level))

    assert not play(ground, flicker)


def test_a_gap_in_the_pictures_starts_the_window_again(ground) -> None:
    flames, random = Flames(), np.random.default_rng(3)

    def look(at: float) -> Finding | None:
        picture = ground()
        draw_flames(picture, 200, 120, 40, random)
        return flames.see(picture, at)

    assert any(look(number / 8) for number in range(40))
    assert look(60.0) is None


def test_the_colour_rule_knows_flames_from_brick_sky_and_leaves() -> None:
    colours = [(30, 130, 252), (60, 200, 255), (128, 152, 176), (230, 180, 120), (60, 140, 70)]
    colours += [(60, 60, 60)] * 20
    strip = np.repeat(np.array([colours], np.uint8), 8, axis=0)
    flame, _ = flame_coloured(strip)

    assert flame[0, :5].tolist() == [True, True, False, False, False]


def _rectangle(picture: Picture, x: int, colour: tuple[int, int, int]) -> None:
    cv2.rectangle(picture, (x, 80), (x + 50, 120), colour, -1)
