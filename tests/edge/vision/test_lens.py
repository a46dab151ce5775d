from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import cv2
import numpy as np
import pytest

from edge.vision.finding import Finding
from edge.vision.frames import Picture, as_picture, grey
from edge.vision.lens import Lens, tile_detail

Change = Callable[[Picture, float], Picture]


@pytest.fixture
def room() -> Callable[[], Picture]:
    """A grey 320×180 picture full of edges, with other noise at each call."""
    random = np.random.default_rng(8)
    plain = np.kron(random.integers(40, 220, (18, 32)), np.ones((10, 10)))

    pictures = cycle(
        np.clip(plain + random.normal(0, 2.0, plain.shape), 0, 255).astype(np.uint8)
        for _ in range(13)
    )
    return lambda: next(pictures).copy()


def play(lens: Lens, room, start_s: float, seconds: float, change: Change) -> list[float]:
    seen: list[float] = []
    for number in range(round(seconds * 8)):
        at = number / 8
        finding = lens.see(change(room(), at), start_s + at)
        if finding:
            assert finding == Finding("lens_covered", "", finding.score, None)
            assert 0.8 <= finding.score <= 1
            seen.append(at)
    return seen


def same(picture: Picture, at: float) -> Picture:
    return picture


COVERS: dict[str, Change] = {
    "dark cloth": lambda p, at: (p // 20 + 10).astype(np.uint8),
    "white paint": lambda p, at: np.full_like(p, 235),
    "torch": lambda p, at: np.full_like(p, 255),
    "grease": lambda p, at: as_picture(cv2.GaussianBlur(p, (0, 0), 18)),
}


@pytest.mark.parametrize("cover", COVERS.values(), ids=COVERS.keys())
def test_a_cover_is_seen_within_a_second_and_its_end_at_once(room, cover: Change) -> None:
    lens = Lens()
    assert play(lens, room, 0, 10, same) == []
    seen = play(lens, room, 10, 20, cover)
    assert 0.7 <= seen[0] <= 1.1
    assert len(seen) >= 8 * 18
    assert play(lens, room, 30, 5, same) == []


def test_a_long_cover_never_becomes_usual(room) -> None:
    lens = Lens()
    play(lens, room, 0, 10, same)
    seen = play(lens, room, 10, 400, COVERS["dark cloth"])
    assert seen[-1] > 399


def test_someone_who_passes_close_by_covers_nothing(room) -> None:
    lens = Lens()
    play(lens, room, 0, 10, same)
    assert play(lens, room, 10, 0.5, COVERS["dark cloth"]) == []
    assert play(lens, room, 10.5, 5, same) == []


def test_dusk_and_a_switched_off_lamp_cover_nothing(room) -> None:
    lens = Lens()
    play(lens, room, 0, 10, same)
    assert play(lens, room, 10, 5, lambda p, at: (p * 0.5).astype(np.uint8)) == []

    def dusk(picture: Picture, at: float) -> Picture:
        return (picture * (0.5 - 0.3 * at / 240)).astype(np.uint8)

    assert play(lens, room, 15, 240, dusk) == []


def test_half_a_picture_hidden_is_no_covered_lens(room) -> None:
    def half(picture: Picture, at: float) -> Picture:
        picture[:, :160] = 20
        return picture

    lens = Lens()
    play(lens, room, 0, 10, same)
    assert play(lens, room, 10, 10, half) == []


def test_a_camera_covered_since_its_start_is_reported_after_ten_seconds(room) -> None:
    seen = play(Lens(), room, 0, 20, lambda p, at: np.full_like(p, 12))
    assert 10 <= seen[0] <= 11.5


def test_detail_is_measured_per_tile() -> None:
    frame = np.zeros((180, 320, 3), np.uint8)
    frame[:, ::8] = 200
    frame[:, 160:] = 90
    detail = tile_detail(grey(frame))

    assert detail.shape == (6, 8)
    assert detail[:, :3].min() > 5 > detail[:, 5:].max()
