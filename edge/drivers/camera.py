"""Camera: watches a video file or an RTSP address, and reports what it sees.

One thread reads and analyses; `poll` only takes what is there. Frames leave the agent only while
somebody looks, but for one snapshot with the first detection of an event.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import cv2

from edge.backoff import Backoff
from edge.columns import Reading
from edge.drivers.gaze import Gaze
from edge.drivers.memory import SAVE_S, recall, remember
from edge.drivers.outlet import Outlet
from edge.drivers.video import (
    Shot,
    VideoError,
    is_stream,
    play_file,
    play_stream,
    public_name,
)
from edge.look import Frame
from edge.sample import Sample
from edge.vision.frames import Box, Polygon
from edge.vision.reporter import Reporter
from edge.vision.snapshot import SnapshotError, snapshot
from edge.vision.veil import Veil
from edge.vision.watch import View, Watch
from edge.vision.zone import Zone
from edge.wire import Detection, DeviceState, Micros

SHORTEST_RETRY_S, LONGEST_RETRY_S = 0.5, 30.0  # ours: a camera that reboots takes about a minute
REPEAT_OFFLINE_S = 60.0  # ours: how often an outage that lasts is reported again
CLOSE_S = 2.0  # ours: longer than an analysis; a stream that blocks is left to its own timeout

log = logging.getLogger(__name__)


class CameraDriver:
    """Reads one camera; implements `edge.sample.Driver`.

    `source` is a file or an `rtsp://` address. A file is played in real time, its first frame
    at `origin` (now, without one), again and again with `loop`; else the camera goes offline at
    its end. A source that fails is tried again with growing pauses. With `memory`, a PNG file,
    a restart knows what the lanes look like when they are clear. What `hidden` covers is blotted
    out before anything looks at a picture.

    Raises:
        ZoneError: a zone that can't be watched.
    """

    def __init__(
        self,
        device: str,
        source: str,
        zones: Sequence[Zone],
        *,
        clock: Callable[[], Micros],
        loop: bool = False,
        origin: Micros | None = None,
        report_s: float = 5.0,
        memory: Path | None = None,
        hidden: Sequence[Polygon] = (),
        monotonic: Callable[[], float] = time.monotonic,
        retry_s: float = SHORTEST_RETRY_S,
    ) -> None:
        # Pictures this small cost less than waking OpenCV's pool of threads for them.
        cv2.setNumThreads(1)
        self._device, self._source, self._zones = device, source, list(zones)
        self._loop, self._origin, self._report_s = loop, origin, report_s
        self._clock, self._monotonic = clock, monotonic
        self._backoff = Backoff(retry_s, LONGEST_RETRY_S, Random(device))
        self._memory, self._save_due_s = memory, 0.0
        self._watch = self._new_watch()
        self._reporter, self._outlet = Reporter(), Outlet(device)
        self._failed_tries = 0
        self._offline_until: float | None = None
        self._state = ""
        self._report_due: Micros = 0
        self._veil, self._gaze = Veil(hidden), Gaze(device, monotonic)
        self._asked = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"camera {device}", daemon=True)
        self._thread.start()

    @property
    def devices(self) -> int:
        """One camera."""
        return 1

    def poll(self, now: Micros) -> list[Sample]:
        """What was seen since the last poll. A fire or covered lens is urgent."""
        return self._outlet.drain(now)

    def take_snapshot(self, device: str) -> bool:
        """Let the next picture come as a detection of kind `snapshot`."""
        if device != self._device:
            return False
        self._asked.set()
        return True

    def look(self, device: str, seconds: float) -> bool:
        """Let live pictures flow for so long from now."""
        if device != self._device:
            return False
        self._gaze.look(seconds)
        return True

    def take_frames(self) -> list[tuple[str, Frame]]:
        """The newest live picture, if somebody looks and it was not taken yet."""
        frame = self._gaze.take()
        return [] if frame is None else [(self._device, frame)]

    def drop_frame(self, device: str) -> None:
        """Count a live picture that could not be sent."""
        if device == self._device:
            self._gaze.drop()

    def close(self) -> None:
        """Stop watching; a read that blocks ends by itself within the stream's timeout."""
        self._stop.set()
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                for shot in self._play():
                    self._look(shot._replace(frame=self._veil.over(shot.frame)))
            except VideoError as error:
                self._say_offline(str(error))
                self._stop.wait(self._backoff.next())
            except Exception as error:
                # Whatever OpenCV throws at one frame must not end the watch over all others.
                log.exception("camera fails: device=%s", self._device)
                self._say_offline(f"{type(error).__name__}: {error}")
                self._watch = self._new_watch()
                self._stop.wait(self._backoff.next())
            else:
                if not self._stop.is_set():
                    self._say_offline(f"{public_name(self._source)}: the video has ended")
                return

    def _new_watch(self) -> Watch:
        remembered = recall(self._memory, self._clock()) if self._memory else None
        return Watch(self._zones, remembered)

    def _play(self) -> Iterator[Shot]:
        if is_stream(self._source):
            return play_stream(
                self._source, clock=self._clock, stop=self._stop, monotonic=self._monotonic
            )
        if self._origin is None:
            self._origin = self._clock()
        return play_file(
            self._source, loop=self._loop, origin=self._origin, clock=self._clock, stop=self._stop
        )

    def _look(self, shot: Shot) -> None:
        view = self._watch.see(shot.frame, shot.elapsed_s)
        self._say_state(shot, view)
        for finding, first in self._reporter.step(view.findings, shot.elapsed_s):
            self._outlet.put_detection(
                Detection(
                    device=self._device,
                    time=shot.time,
                    kind=finding.kind,
                    zone=finding.zone,
                    score=finding.score,
                    box=finding.box,
                    snapshot=self._snapshot(shot, finding.box) if first else None,
                )
            )
        if self._asked.is_set():
            self._asked.clear()
            self._show(shot)
        if shot.time >= self._report_due:
            self._report_due = shot.time + round(self._report_s * 1e6)
            self._outlet.put_reading(Reading(self._device, "luminance", shot.time, view.luminance))
        self._gaze.see(shot.frame, shot.time)
        self._save(shot.elapsed_s)

    def _show(self, shot: Shot) -> None:
        picture = self._snapshot(shot, None)
        if picture is not None:
            self._outlet.put_detection(
                Detection(self._device, shot.time, "snapshot", "", 1.0, None, picture)
            )

    def _save(self, elapsed_s: float) -> None:
        if self._memory is None or elapsed_s < self._save_due_s:
            return
        background = self._watch.background()
        if background is not None:
            self._save_due_s = elapsed_s + SAVE_S
            remember(self._memory, background)

    def _snapshot(self, shot: Shot, box: Box | None) -> bytes | None:
        """A detection without its picture is worth more than none."""
        try:
            return snapshot(shot.frame, box)
        except (SnapshotError, cv2.error):
            log.exception("no snapshot: device=%s", self._device)
            return None

    def _say_state(self, shot: Shot, view: View) -> None:
        state = "fault" if view.frozen else "online"
        if state == self._state:
            return
        height, width = shot.frame.shape[:2]
        detail: dict[str, str | int | float | bool | None] = {"width": width, "height": height}
        if view.frozen:
            detail["reason"] = "the picture is frozen"
        if self._failed_tries:
            detail["failed_tries"] = self._failed_tries
        self._state, self._failed_tries, self._offline_until = state, 0, None
        self._backoff.reset()
        log.info("camera %s: device=%s", state, self._device)
        self._outlet.put_state(DeviceState(self._device, shot.time, state, detail))

    def _say_offline(self, reason: str) -> None:
        self._failed_tries += 1
        now = self._monotonic()
        if self._offline_until is not None and now < self._offline_until:
            return
        self._state, self._offline_until = "offline", now + REPEAT_OFFLINE_S
        log.warning("camera offline: device=%s reason=%s", self._device, reason)
        detail: dict[str, str | int | float | bool | None] = {
            "reason": reason,
            "failed_tries": self._failed_tries,
        }
        self._outlet.put_state(DeviceState(self._device, self._clock(), "offline", detail))
