"""Footage of the simulated campus, and small synthetic pictures, for the vision's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle

import cv2
import numpy as np
import pytest

from edge.simulate.footage import FPS, footage_path, render
from edge.vision.frames import Picture, as_picture

Footage = Callable[[str, int], Iterator[tuple[float, Picture]]]


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    """Reads a camera's rendered loop back from its file: seconds and frames."""
    directory = tmp_path_factory.mktemp("footage")

    def play(camera: str, seed: int) -> Iterator[tuple[float, Picture]]:
        path = render(camera, seed, footage_path(directory, camera, seed))
        capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        number = 0
        while (answer := capture.read())[0]:
            yield number / FPS, as_picture(answer[1])
            number += 1
        capture.release()

    return play


@pytest.fixture
def ground() -> Callable[[], Picture]:
    """A 320×180 picture of a textured yard, with other noise at each call."""
    random = np.random.default_rng(5)
    blotches = random.normal(110, 25, (18, 32, 3)).astype(np.float32)
    plain = cv2.resize(blotches, (320, 180), interpolation=cv2.INTER_CUBIC)
    pictures = cycle(
        np.clip(plain + random.normal(0, 2.0, plain.shape), 0, 255).astype(np.uint8)
        for _ in range(13)
    )
    return lambda: next(pictures).copy()
