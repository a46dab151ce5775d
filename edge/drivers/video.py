"""Video: frames of a file, played in real time, or of a live stream, through OpenCV's FFmpeg."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import NamedTuple

import cv2

from edge.vision.frames import Picture, as_picture
from edge.wire import Micros

# Ours: 10 pictures a second are all taken, 25 thinned to 8, 12 to 6: enough to see flicker, and
# four cameras take a seventh of a core.
SHORTEST_GAP_S = 0.09
OPEN_TIMEOUT_MS = 10_000  # ours: FFmpeg probes a stream for up to 5 s
READ_TIMEOUT_MS = 5_000  # ours: a stream without a picture for so long is gone
LATE_S = 1.0  # ours: so far behind real time, frames are left out
_SECOND = 1_000_000


class VideoError(OSError):
    """A source that gives no pictures; the text says why and what to check."""


class Shot(NamedTuple):
    """A BGR frame, its event time, and seconds on a clock that is never set."""

    frame: Picture
    time: Micros
    elapsed_s: float


def is_stream(source: str) -> bool:
    """Whether the source is an address (`rtsp://…`) and not a file."""
    return "://" in source


def public_name(source: str) -> str:
    """The source without the user name and password that an address may hold."""
    if not is_stream(source):
        return Path(source).name
    scheme, _, rest = source.partition("://")
    # Not parsed as an address: an unescaped # or / in a password would end the host's part.
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def play_file(
    path: str, *, loop: bool, origin: Micros, clock: Callable[[], Micros], stop: Event
) -> Iterator[Shot]:
    """Frames of a video file at their own times, the first at `origin`, thinned by
    `SHORTEST_GAP_S`.

    A loop's length is the whole file's, so that everyone with the same origin shows the same
    frame at the same time, whenever they started. Without `loop` it ends with the file.

    Raises:
        VideoError: not there, not a video, or no frame in it.
    """
    if not Path(path).is_file():
        raise VideoError(f"{public_name(path)}: no such file; check the camera's source")
    with _opened(path, []) as capture:
        rate, count = capture.get(cv2.CAP_PROP_FPS), int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        if not (math.isfinite(rate) and rate > 0 and count > 0):
            raise VideoError(f"{public_name(path)}: has no frame rate or no length; re-encode it")
        every = max(1, math.ceil(rate * SHORTEST_GAP_S))
        due = max(0, math.ceil((clock() - origin) * rate / _SECOND))
        at = 0  # of the frame that the next grab brings
        while not stop.is_set() and (loop or due < count):
            wait_s = (origin + due * _SECOND / rate - clock()) / _SECOND
            if wait_s > 0 and stop.wait(wait_s):
                return
            if wait_s < -LATE_S:
                due = math.ceil((clock() - origin) * rate / _SECOND)
                continue
            frame, at = _frame_at(capture, due % count, at)
            if frame is not None:
                yield Shot(frame, origin + round(due * _SECOND / rate), due / rate)
            elif due % count == 0:
                raise VideoError(f"{public_name(path)}: holds no picture that can be decoded")
            due += every if due % count + every < count else count - due % count


def play_stream(
    address: str, *, clock: Callable[[], Micros], stop: Event, monotonic: Callable[[], float]
) -> Iterator[Shot]:
    """Frames of a live stream as they come, thinned by `SHORTEST_GAP_S`.

    The time between two frames is at least twice what the consumer took for the last one, so
    that reading never falls behind the stream.

    Raises:
        VideoError: it can't be opened, or has ended, or brought no picture for 5 s.
    """
    timeouts = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        OPEN_TIMEOUT_MS,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        READ_TIMEOUT_MS,
    ]
    with _opened(address, timeouts) as capture:
        due = monotonic()
        while not stop.is_set():
            if not capture.grab():
                raise VideoError(
                    f"{public_name(address)}: no picture for {READ_TIMEOUT_MS // 1000} s, or the"
                    " stream has ended; check the camera and its network"
                )
            started = monotonic()
            if started < due:
                continue
            done, frame = capture.retrieve()
            if done:
                yield Shot(as_picture(frame), clock(), started)
                taken = monotonic() - started
                due = started + max(SHORTEST_GAP_S, 2 * taken)


@contextmanager
def _opened(source: str, parameters: list[int]) -> Generator[cv2.VideoCapture]:
    _silence()
    one_thread = [cv2.CAP_PROP_N_THREADS, 1]
    capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, [*parameters, *one_thread])
    try:
        if not capture.isOpened():
            check = "its address, user and password" if is_stream(source) else "that it is a video"
            raise VideoError(f"{public_name(source)}: can't be opened; check {check}")
        yield capture
    finally:
        capture.release()


def _silence() -> None:
    """Keep OpenCV and FFmpeg from writing to stderr, where an address shows its password."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


def _frame_at(capture: cv2.VideoCapture, wanted: int, at: int) -> tuple[Picture | None, int]:
    """The wanted frame, or None past the last one, and which frame comes next."""
    if not at <= wanted <= at + 50:  # ours: so few are decoded faster than a seek takes
        capture.set(cv2.CAP_PROP_POS_FRAMES, wanted)
        at = wanted
    while at <= wanted:
        if not capture.grab():
            return None, at
        at += 1
    done, frame = capture.retrieve()
    return (as_picture(frame) if done else None), at
