from __future__ import annotations

import cv2
import numpy as np

from edge.vision.snapshot import MAX_BYTES, snapshot


def test_a_snapshot_of_a_large_noisy_frame_stays_small() -> None:
    frame = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), dtype=np.uint8)
    data = snapshot(frame, None)
    assert len(data) <= MAX_BYTES
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is not None


def test_the_box_is_drawn_into_the_snapshot_and_not_into_the_frame() -> None:
    frame = np.full((270, 480, 3), 128, np.uint8)
    picture = cv2.imdecode(
        np.frombuffer(snapshot(frame, (0.25, 0.25, 0.5, 0.5)), np.uint8), cv2.IMREAD_COLOR
    )
    assert (frame == 128).all()
    blue, _, red = picture[68, 240]
    assert red > 180
    assert blue < 90
