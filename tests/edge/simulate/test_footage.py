from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.simulate.footage import (
    CAMERAS,
    FPS,
    LOOP_S,
    FootageError,
    camera_events,
    camera_scene,
    footage_path,
    render,
)


@pytest.mark.parametrize("seed", range(20))
def test_every_seed_has_one_event_of_each_kind_and_a_quiet_camera(seed: int) -> None:
    events = camera_events(seed)

    assert [(e.camera, e.kind) for e in events] == [
        ("camera-1", "lane_blocked"),
        ("camera-2", "camera_fire"),
        ("camera-3", "lens_covered"),
    ]
    assert events[0].start_s <= 8
    assert events[0].end_s - events[0].start_s > 25
    assert all(0 < e.start_s < e.end_s < LOOP_S - 5 for e in events)


def test_events_differ_by_seed_and_agree_for_one_seed() -> None:
    assert camera_events(1) == camera_events(1)
    assert camera_events(1) != camera_events(2)


def test_a_camera_is_a_real_video_file_of_the_scene(tmp_path: Path) -> None:
    path = render("camera-3", 1, footage_path(tmp_path, "camera-3", 1))
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)

    assert capture.get(cv2.CAP_PROP_FPS) == FPS
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == LOOP_S * FPS
    scene = camera_scene("camera-3", 1)
    for number in (0, 1, 2):
        done, frame = capture.read()
        assert done
        assert np.abs(frame.astype(int) - scene(number / FPS)).mean() < 8
    capture.release()


def test_a_rendered_camera_is_kept_and_no_half_file_is_left(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "camera.mp4"
    render("camera-3", 1, path)
    written = path.stat().st_mtime_ns
    render("camera-3", 1, path)

    assert path.stat().st_mtime_ns == written
    assert list(path.parent.iterdir()) == [path]


def test_the_same_seed_paints_the_same_picture_and_another_seed_another() -> None:
    for camera in CAMERAS:
        picture = camera_scene(camera, 4)(33.0)
        assert (camera_scene(camera, 4)(33.0) == picture).all()
        assert (camera_scene(camera, 5)(33.0) != picture).any()


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_loop_follows_upon_a_loop_without_a_seam(camera: str) -> None:
    scene = camera_scene(camera, 1)
    end, start = scene(LOOP_S - 1 / FPS), scene(0.0)
    below_title = np.s_[24:]
    steps = np.abs(end[below_title].astype(int) - start[below_title])

    assert np.mean(steps > 40) < 0.02, "only a car that enters may differ"


def test_an_unknown_camera_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="camera-1, camera-2"):
        camera_scene("camera-9", 1)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.symlink_to("/proc/self")
    with pytest.raises((FootageError, OSError)):
        render("camera-3", 1, full / "camera.mp4")
