from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from edge.assemble import clock_micros
from edge.drivers.memory import STALE_S, recall, remember

BACKGROUND = np.random.default_rng(1).integers(0, 255, (180, 320, 3), dtype=np.uint8)


def test_a_background_is_recalled_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "cameras" / "camera-1.png"
    remember(path, BACKGROUND)

    recalled = recall(path, clock_micros())
    assert recalled is not None
    assert (recalled == BACKGROUND).all()
    assert list(path.parent.iterdir()) == [path]


def test_a_stale_background_is_left(tmp_path: Path) -> None:
    path = tmp_path / "camera-1.png"
    remember(path, BACKGROUND)
    old = clock_micros() / 1e6 - STALE_S - 1
    os.utime(path, (old, old))

    assert recall(path, clock_micros()) is None


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_a_broken_file_is_no_background(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "camera-1.png"
    path.write_bytes(content)

    assert recall(path, clock_micros()) is None


def test_no_file_is_no_background(tmp_path: Path) -> None:
    assert recall(tmp_path / "none.png", clock_micros()) is None


def test_a_disk_that_refuses_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    remember(blocked / "camera-1.png", BACKGROUND)

    assert "background can't be saved" in caplog.text
