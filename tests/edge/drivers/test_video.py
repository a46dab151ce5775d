from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.drivers.video import Shot, VideoError, play_file, public_name

SECOND = 1_000_000
ORIGIN = 1_800_000_000 * SECOND
RATE, COUNT = 8, 120


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """15 s of video at 8 pictures a second; black and white bars spell the picture's number."""
    return write_video(tmp_path_factory.mktemp("video") / "counted.mp4", RATE, COUNT)


def write_video(path: Path, rate: int, count: int) -> Path:
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), rate, (128, 48)
    )
    for number in range(count):
        bits = np.array([255 * (number >> bit & 1) for bit in range(8)], np.uint8)
        bars = np.repeat(bits, 16)
        writer.write(np.broadcast_to(bars[None, :, None], (48, 128, 3)).copy())
    writer.release()
    return path


class FastClock:
    """Stands still but for waits, so that a video plays as fast as it decodes."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class FastStop(threading.Event):
    """A stop that nobody sets; to wait for it only moves the clock on."""

    def __init__(self, clock: FastClock) -> None:
        super().__init__()
        self.clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.clock.now += int(timeout * SECOND) + 1
        return self.is_set()


def play(path: Path, start_s: float, *, loop: bool) -> Iterator[Shot]:
    clock = FastClock(ORIGIN + round(start_s * SECOND))
    return play_file(str(path), loop=loop, origin=ORIGIN, clock=clock, stop=FastStop(clock))


def number_of(shot: Shot) -> int:
    return sum(1 << bit for bit in range(8) if shot.frame[24, 16 * bit + 8].mean() > 128)


def test_a_file_is_played_once_each_frame_at_its_own_time(counted: Path) -> None:
    shots = list(play(counted, 0, loop=False))

    assert [number_of(shot) for shot in shots] == list(range(COUNT))
    assert [shot.time for shot in shots] == [ORIGIN + n * SECOND // RATE for n in range(COUNT)]
    assert shots[9].elapsed_s == 9 / RATE


@pytest.mark.parametrize("start_s", [0.0, 3.2, 9.9, 14.99, 15.0, 47.3, 15.0 * 4000 + 11.1])
def test_a_loop_shows_everyone_the_same_frame_at_the_same_time(
    counted: Path, start_s: float
) -> None:
    for shot in islice(play(counted, start_s, loop=True), 150):
        frame = (shot.time - ORIGIN) * RATE // SECOND
        assert number_of(shot) == frame % COUNT
        assert shot.time >= ORIGIN + start_s * SECOND


def test_a_file_that_is_over_ends_at_once(counted: Path) -> None:
    assert list(play(counted, 16, loop=False)) == []


def test_a_fast_file_is_thinned(tmp_path: Path) -> None:
    path = write_video(tmp_path / "fast.mp4", 25, 50)
    assert [number_of(shot) for shot in play(path, 0, loop=False)] == list(range(0, 50, 3))


def test_a_player_that_falls_behind_leaves_frames_out(counted: Path) -> None:
    clock = FastClock(ORIGIN)
    shots = play_file(str(counted), loop=True, origin=ORIGIN, clock=clock, stop=FastStop(clock))
    next(shots)
    clock.now += 5 * SECOND
    late = next(shots)

    assert late.time >= ORIGIN + 5 * SECOND
    assert number_of(late) == 5 * RATE


@pytest.mark.parametrize("content", [b"", b"no video at all " * 500], ids=["empty", "text"])
def test_a_file_that_is_no_video_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoError, match=r"broken.mp4: can't be opened; check that it is a video"):
        list(play(path, 0, loop=True))


def test_a_truncated_file_says_so(tmp_path: Path, counted: Path) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(counted.read_bytes()[:2000])
    with pytest.raises(VideoError, match=r"cut.mp4"):
        list(play(path, 0, loop=True))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"gone.mp4: no such file; check the camera's source"):
        list(play(tmp_path / "gone.mp4", 0, loop=True))


def test_the_public_name_of_an_address_has_no_password() -> None:
    assert public_name("rtsp://joe:secret@10.0.0.7:554/main?token=x") == "rtsp://10.0.0.7:554/main"
    assert public_name("/var/lib/footage/gate.mp4") == "gate.mp4"


@pytest.mark.parametrize("password", ["se#cret", "se/cret", "se?cret", "se@cret", "se:cret", "[se"])
def test_a_password_that_should_have_been_escaped_is_not_shown_either(password: str) -> None:
    assert public_name(f"rtsp://joe:{password}@10.0.0.7:554/main") == "rtsp://10.0.0.7:554/main"
