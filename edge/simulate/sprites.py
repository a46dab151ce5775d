"""Sprites: what moves through the simulated cameras' pictures, drawn with OpenCV.

Coordinates are pixels of a 480×270 picture; `ground` is the line on which a thing stands.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge.vision.frames import Picture, as_picture

Colour = tuple[int, int, int]  # blue, green, red

_AMBER = (20, 150, 255)
_GLASS = (92, 84, 74)
_TYRE = (24, 24, 26)


def _darker(colour: Colour, share: float) -> Colour:
    blue, green, red = colour
    return int(blue * share), int(green * share), int(red * share)


def draw_car(
    picture: Picture,
    left: float,
    ground: float,
    length: float,
    colour: Colour,
    *,
    van: bool = False,
    hazard_lights: bool = False,
) -> None:
    """A car or van seen from the side, its shadow under it."""
    x, y, height = int(left), int(ground), length * (0.5 if van else 0.36)
    wide, high, wheel = int(length), int(height), int(length * 0.09)
    cv2.ellipse(
        picture, (x + wide // 2, y), (int(wide * 0.53), max(3, wheel)), 0, 0, 360, (52, 52, 54), -1
    )
    shoulder = y - wheel - int(high * 0.5)
    roof = y - wheel - high
    cv2.rectangle(picture, (x, shoulder), (x + wide, y - wheel), colour, -1)
    shares = (0.02, 0.06, 0.84, 0.97) if van else (0.16, 0.3, 0.68, 0.84)
    a, b, c, d = (x + int(wide * share) for share in shares)
    cabin = np.array([(a, shoulder), (b, roof), (c, roof), (d, shoulder)], np.int32)
    cv2.fillPoly(picture, [cabin], _darker(colour, 0.92), cv2.LINE_AA)
    glass = (
        [(int(wide * 0.62), int(wide * 0.82))]
        if van
        else [
            (int(wide * 0.3), int(wide * 0.47)),
            (int(wide * 0.51), int(wide * 0.68)),
        ]
    )
    for start, end in glass:
        cv2.rectangle(picture, (x + start, roof + 4), (x + end, shoulder), _GLASS, -1)
    for share in (0.2, 0.79):
        hub = (x + int(wide * share), y - wheel)
        cv2.circle(picture, hub, wheel, _TYRE, -1, cv2.LINE_AA)
        cv2.circle(picture, hub, wheel // 2, (130, 130, 130), -1, cv2.LINE_AA)
    cv2.line(picture, (x, shoulder + 3), (x + wide, shoulder + 3), _darker(colour, 0.7), 1)
    if hazard_lights:
        for corner in (x + 3, x + wide - 3):
            cv2.circle(picture, (corner, shoulder + 6), 4, _AMBER, -1, cv2.LINE_AA)


def draw_person(
    picture: Picture, x: float, ground: float, height: float, colour: Colour, stride: float
) -> None:
    """A walker; `stride` in radians swings the legs, 0 stands still."""
    left, foot, tall = int(x), int(ground), int(height)
    hip, neck = foot - int(tall * 0.45), foot - int(tall * 0.84)
    swing = int(tall * 0.16 * float(np.sin(stride)))
    width = max(2, tall // 10)
    cv2.line(picture, (left, hip), (left - swing, foot), (58, 44, 40), width, cv2.LINE_AA)
    cv2.line(picture, (left, hip), (left + swing, foot), (66, 50, 44), width, cv2.LINE_AA)
    cv2.ellipse(
        picture,
        (left, (hip + neck) // 2),
        (tall // 7, (hip - neck) // 2 + 2),
        0,
        0,
        360,
        colour,
        -1,
        cv2.LINE_AA,
    )
    cv2.circle(picture, (left, neck - tall // 14), tall // 12, (120, 150, 190), -1, cv2.LINE_AA)


def draw_flames(
    picture: Picture, x: float, ground: float, size: float, random: np.random.Generator
) -> None:
    """Flames of `size` pixels' height over a steady base, their tongues new in every frame."""
    layers: tuple[tuple[float, Colour], ...] = (
        (1.0, (20, 70, 235)),
        (0.78, (30, 130, 252)),
        (0.55, (60, 200, 255)),
        (0.3, (170, 240, 255)),
    )
    for share, colour in layers:
        half = size * 0.42 * share
        tongues = np.linspace(-half, half, 9)
        heights = size * share * (1 - (tongues / (half + 1)) ** 2) * random.uniform(0.45, 1.15, 9)
        drift = random.normal(0, size * 0.05, 9)
        top = np.column_stack((x + tongues + drift, ground - heights))
        base = np.array([(x + half, ground), (x - half, ground)])
        outline = np.vstack((top, base)).round().astype(np.int32)
        cv2.fillPoly(picture, [outline], colour, cv2.LINE_AA)
    reach = int(size * 1.2)
    rows = slice(max(0, int(ground) - reach), int(ground) + 6)
    columns = slice(max(0, int(x) - reach), int(x) + reach)
    picture[rows, columns] = cv2.blur(picture[rows, columns], (3, 3))


def draw_smoke(picture: Picture, x: float, ground: float, reach: float, time_s: float) -> None:
    """A column of grey puffs that rise, spread and thin out up to `reach` pixels high."""
    puffs = picture.copy()
    for number in range(9):
        age = (time_s * 0.35 + number / 9) % 1.0
        sway = float(np.sin(time_s * 0.9 + number * 1.7)) * 14 * age
        centre = (int(x + sway + age * 26), int(ground - age * reach))
        shade = 70 + int(60 * age)
        cv2.circle(puffs, centre, int(8 + age * 26), (shade, shade, shade), -1, cv2.LINE_AA)
    picture[:] = as_picture(cv2.addWeighted(picture, 0.62, puffs, 0.38, 0))


def draw_cover(picture: Picture, share: float, random: np.random.Generator) -> None:
    """A dark cloth that slides over the lens from the right; it hides `share` of the picture."""
    height, width = picture.shape[:2]
    edge = int(width * (1 - share))
    if edge >= width:
        return
    folds = 26 + 7 * np.sin(np.linspace(0, 5, width - edge)) + random.normal(0, 0.5)
    cloth = np.empty((height, width - edge, 3), np.uint8)
    cloth[:] = (folds[:, None] * np.array([1.1, 0.9, 0.95])).astype(np.uint8)
    picture[:, edge:] = cloth
