"""Scenes: what each simulated camera looks at, as a picture for every second of its loop.

Pictures are 480×270 BGR. All traffic has left when the loop ends and the light's drift closes on
itself, so that a loop follows upon a loop without a seam.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np

from edge.simulate.sprites import (
    Colour,
    draw_car,
    draw_cover,
    draw_flames,
    draw_person,
    draw_smoke,
)
from edge.vision.frames import Picture, Polygon, as_picture

WIDTH, HEIGHT = 480, 270
LANE: Polygon = ((0.25, 0.74), (0.83, 0.74), (0.88, 0.96), (0.2, 0.96))

Scene: TypeAlias = Callable[[float], Picture]

_PAINTS: tuple[Colour, ...] = (
    (200, 200, 205),
    (60, 60, 66),
    (150, 60, 40),
    (40, 40, 160),
    (120, 130, 118),
    (30, 110, 235),
)
_COATS: tuple[Colour, ...] = ((120, 60, 40), (50, 50, 150), (60, 120, 60), (70, 70, 70))
_SAFETY_ORANGE: Colour = (20, 110, 250)
_LANE_GROUND, _NEAR_GROUND, _FAR_GROUND = 246.0, 176.0, 158.0


class Span(NamedTuple):
    """From … until …, in seconds of the loop."""

    start_s: float
    end_s: float

    def holds(self, time_s: float) -> bool:
        return self.start_s <= time_s < self.end_s


@dataclass(frozen=True, slots=True)
class Passer:
    """A car or person that crosses the picture at a steady speed (pixels a second, signed)."""

    start_s: float
    speed: float
    ground: float
    size: float
    colour: Colour
    walks: bool = False

    def draw(self, picture: Picture, time_s: float) -> None:
        way = (time_s - self.start_s) * abs(self.speed)
        if not 0 <= way <= WIDTH + 2 * self.size:
            return
        x = way - self.size if self.speed > 0 else WIDTH + self.size - way
        if self.walks:
            draw_person(picture, x, self.ground, self.size, self.colour, time_s * 7)
        else:
            draw_car(picture, x, self.ground, self.size, self.colour)


@dataclass(frozen=True, slots=True)
class Stop:
    """A vehicle that drives into the fire lane, stands there for the span, and drives off."""

    span: Span
    colour: Colour
    van: bool = True
    x: float = 172.0
    size: float = 156.0

    def draw(self, picture: Picture, time_s: float) -> None:
        arrive, leave = 2.5, 3.0
        start, end = self.span
        if not start - arrive <= time_s <= end + leave:
            return
        if time_s < start:
            x = self.x - (self.x + self.size) * ((start - time_s) / arrive) ** 2
        elif time_s < end:
            x = self.x
        else:
            x = self.x + (WIDTH - self.x) * ((time_s - end) / leave) ** 2
        blink = self.span.holds(time_s) and time_s % 0.75 < 0.4
        draw_car(
            picture, x, _LANE_GROUND, self.size, self.colour, van=self.van, hazard_lights=blink
        )


def lane_scene(seed: int, title: str, loop_s: float, blocked: Span) -> Scene:
    """A street before a building; a van stands in the fire lane for the span."""
    random = np.random.default_rng((seed, 1))
    through = Passer(blocked.end_s + 8, 150, _LANE_GROUND, 130, _PAINTS[3])
    walker = Passer(blocked.end_s + 14, -62, _LANE_GROUND + 4, 62, _COATS[0], walks=True)
    van = Stop(blocked, (214, 216, 220))
    ground, traffic = _street(random, lane=True), [*_traffic(random, loop_s), through, walker]

    def paint(time_s: float) -> Picture:
        picture = ground.copy()
        for passer in traffic:
            passer.draw(picture, time_s)
        van.draw(picture, time_s)
        return picture

    return _as_camera(paint, random, title, loop_s)


def fire_scene(seed: int, title: str, loop_s: float, burning: Span) -> Scene:
    """A street whose waste bins burn for the span, with smoke; people in bright vests pass."""
    random = np.random.default_rng((seed, 2))
    ground = _street(random, lane=False)
    for x in (322, 352):
        cv2.rectangle(ground, (x, 196), (x + 24, 232), (66, 88, 52), -1)
        cv2.rectangle(ground, (x - 2, 192), (x + 26, 198), (50, 66, 40), -1)
    vest = Passer(4.0, 60, 250, 64, _SAFETY_ORANGE, walks=True)
    traffic = [*_traffic(random, loop_s), vest]

    def paint(time_s: float) -> Picture:
        picture = ground.copy()
        for passer in traffic:
            passer.draw(picture, time_s)
        if burning.holds(time_s):
            size = 16 + 34 * min(1.0, (time_s - burning.start_s) / 6)
            flames = np.random.default_rng((seed, 3, round(time_s * 1000)))
            draw_flames(picture, 349, 197, size, flames)
        if burning.holds(time_s - 1.5):
            draw_smoke(picture, 352, 168, 150, time_s)
        return picture

    return _as_camera(paint, random, title, loop_s)


def corridor_scene(seed: int, title: str, loop_s: float, covered: Span) -> Scene:
    """A corridor with people; a cloth hides the lens for the span."""
    random = np.random.default_rng((seed, 4))
    ground, traffic = _corridor(random), _walkers(random, loop_s)
    slide = 0.8

    def paint(time_s: float) -> Picture:
        picture = ground.copy()
        for passer in traffic:
            passer.draw(picture, time_s)
        before, after = covered.start_s - time_s, time_s - covered.end_s
        if max(before, after) < slide:
            hidden = 1 - max(0.0, before, after) / slide
            draw_cover(picture, hidden, np.random.default_rng((seed, 5, round(time_s * 1000))))
        return picture

    return _as_camera(paint, random, title, loop_s)


def control_scene(seed: int, title: str, loop_s: float) -> Scene:
    """A street where nothing is wrong although much looks like it.

    Cars drive through the fire lane, one halts there for a second, a person in an orange vest
    waits in it, an orange car passes, and a cloud takes a third of the light.
    """
    random = np.random.default_rng((seed, 6))
    ground = _street(random, lane=True)
    traffic = _traffic(random, loop_s)
    traffic += [Passer(at, 140, _LANE_GROUND, 130, _PAINTS[int(at) % 6]) for at in (9, 41, 66)]
    traffic.append(Passer(52.0, -170, _LANE_GROUND, 124, _SAFETY_ORANGE))
    halt, waits, cloud = Stop(Span(24.0, 25.0), _PAINTS[2], van=False), Span(30, 36), Span(58, 70)

    def paint(time_s: float) -> Picture:
        picture = ground.copy()
        for passer in traffic:
            passer.draw(picture, time_s)
        halt.draw(picture, time_s)
        if waits.holds(time_s):
            draw_person(picture, 300, 240, 60, _SAFETY_ORANGE, 0)
        depth = min(1.0, max(0.0, min(time_s - cloud.start_s, cloud.end_s - time_s)))
        if depth:
            cv2.convertScaleAbs(picture, picture, 1 - 0.33 * depth)
        return picture

    return _as_camera(paint, random, title, loop_s)


def _as_camera(paint: Scene, random: np.random.Generator, title: str, loop_s: float) -> Scene:
    """The scene as a cheap sensor sees it: slow drift of light, noise, a title burnt in."""
    noise = [random.normal(0, 3.2, (HEIGHT, WIDTH, 3)).astype(np.int16) for _ in range(7)]

    def shoot(time_s: float) -> Picture:
        picture = paint(time_s)
        cv2.convertScaleAbs(picture, picture, 1 + 0.06 * float(np.sin(time_s / loop_s * 2 * np.pi)))
        grain = noise[round(time_s * 1000) % len(noise)]
        cv2.add(picture, grain, picture, dtype=cv2.CV_8U)
        text = f"{title}  {time_s:05.1f}"
        cv2.putText(picture, text, (8, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (235, 235, 235), 1)
        return picture

    return shoot


def _traffic(random: np.random.Generator, loop_s: float) -> list[Passer]:
    """Cars both ways on the road and people on the pavement, gone before the loop ends."""
    passers: list[Passer] = []
    for ground, direction in ((_FAR_GROUND, -1), (_NEAR_GROUND, 1)):
        at = float(random.uniform(0, 3))
        while at < loop_s - 9:
            paint = _PAINTS[int(random.integers(len(_PAINTS)))]
            speed = direction * float(random.uniform(85, 140))
            passers.append(Passer(at, speed, ground, float(random.uniform(62, 84)), paint))
            at += float(random.uniform(3.5, 9))
    return passers + _pavement(random, loop_s)


def _pavement(random: np.random.Generator, loop_s: float) -> list[Passer]:
    starts = np.sort(random.uniform(0, loop_s - 22, 6))
    return [
        Passer(float(at), float(random.uniform(26, 36)) * sign, 128, 36, coat, walks=True)
        for at, sign, coat in zip(starts, (1, -1) * 3, _COATS * 2, strict=False)
    ]


def _walkers(random: np.random.Generator, loop_s: float) -> list[Passer]:
    starts = np.sort(random.uniform(0, loop_s - 15, 9))
    return [
        Passer(float(at), float(random.uniform(45, 70)) * sign, 214 + 5 * n, 92, coat, walks=True)
        for n, (at, sign, coat) in enumerate(zip(starts, (1, -1) * 5, _COATS * 3, strict=False))
    ]


def _street(random: np.random.Generator, *, lane: bool) -> Picture:
    """A facade with windows, a pavement, a road and a forecourt, with a fire lane if asked."""
    ground = np.full((HEIGHT, WIDTH, 3), (112, 118, 120), np.uint8)
    ground[:112] = (128, 152, 176)
    for row in (14, 62):
        for x in range(14, WIDTH - 30, 46):
            glass = int(random.integers(60, 110))
            cv2.rectangle(ground, (x, row), (x + 28, row + 34), (glass + 20, glass, glass - 12), -1)
            cv2.rectangle(ground, (x, row), (x + 28, row + 34), (205, 208, 210), 1)
    ground[112:130] = (150, 154, 156)
    ground[130:180] = (84, 84, 86)
    for x in range(0, WIDTH, 48):
        cv2.rectangle(ground, (x, 156), (x + 24, 158), (200, 205, 208), -1)
    if lane:
        corners = np.array([(x * WIDTH, y * HEIGHT) for x, y in LANE]).round().astype(np.int32)
        cv2.polylines(ground, [corners], isClosed=True, color=(40, 190, 225), thickness=3)
        for x in range(128, 400, 34):
            cv2.line(ground, (x, 254), (x + 26, 204), (48, 172, 205), 2, cv2.LINE_AA)
        cv2.putText(
            ground, "FIRE LANE", (172, 240), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (60, 205, 240), 2
        )
    return _weathered(ground, random)


def _corridor(random: np.random.Generator) -> Picture:
    """A corridor with doors, notices and a tiled floor."""
    ground = np.full((HEIGHT, WIDTH, 3), (178, 186, 190), np.uint8)
    ground[190:] = (128, 134, 140)
    for x in range(20, WIDTH - 50, 92):
        cv2.rectangle(ground, (x, 66), (x + 48, 190), (70, 104, 140), -1)
        cv2.rectangle(ground, (x, 66), (x + 48, 190), (40, 62, 90), 2)
        cv2.rectangle(ground, (x + 58, 90), (x + 80, 118), (220, 222, 226), -1)
        cv2.line(ground, (x + 61, 98), (x + 77, 98), (90, 90, 90), 1)
    for x in range(-200, WIDTH + 200, 44):
        cv2.line(ground, (x, HEIGHT), (240 + (x - 240) // 2, 190), (104, 110, 116), 1, cv2.LINE_AA)
    for y in (200, 216, 238):
        cv2.line(ground, (0, y), (WIDTH, y), (104, 110, 116), 1)
    return _weathered(ground, random)


def _weathered(ground: Picture, random: np.random.Generator) -> Picture:
    """The same with the blotches that real walls and asphalt have."""
    blotches = random.normal(0, 7, (HEIGHT // 6, WIDTH // 6)).astype(np.float32)
    stains = cv2.resize(blotches, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return as_picture(cv2.add(ground, cv2.merge([stains] * 3), dtype=cv2.CV_8U))
