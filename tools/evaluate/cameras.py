"""Cameras: what the real vision code sees in the rendered loops, once, and then again and again.

Two loops are watched one after the other, as an agent would: the second has the memory of the
first, and every later loop is taken to be like it. Snapshots are left out; nothing judges them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2

from edge.columns import Reading
from edge.drivers.outlet import URGENT_KINDS
from edge.sample import Sample
from edge.simulate.clock import SECOND
from edge.simulate.footage import CAMERAS, FPS, LOOP_S, camera_zones, footage_path, render
from edge.vision.frames import as_picture
from edge.vision.reporter import Reporter
from edge.vision.watch import Watch
from edge.vision.zone import FIRE_LANE, Zone
from edge.wire import Detection, Micros

_REPORT_S = 5.0  # as `edge.drivers.camera` reports its picture's brightness
_FORMAT = 1

LOOP: Micros = int(LOOP_S * SECOND)


class Seen(NamedTuple):
    """One detection: the camera's second within its two loops, and what was seen."""

    camera: str
    second: float
    kind: str
    zone: str
    score: float


def watch_loops(seed: int, cache: Path) -> list[Seen]:
    """What every camera sees in its first two loops; about a minute, or at once from the cache."""
    file = cache / f"seen-v{_FORMAT}-seed{seed}.json"
    if file.exists():
        return [Seen(*one) for one in json.loads(file.read_text())]
    seen = [one for camera in CAMERAS for one in _watch(camera, seed, cache)]
    file.write_text(json.dumps(seen))
    return seen


def camera_samples(
    seen: list[Seen], origin: Micros, end: Micros
) -> Iterator[tuple[Micros, Sample]]:
    """What the cameras' agent reads, second by second: (when it polled, what came)."""
    first = [one for one in seen if one.second < LOOP_S]
    later = [one._replace(second=one.second - LOOP_S) for one in seen if one.second >= LOOP_S]
    by_second: dict[int, list[Seen]] = {}
    for start in range(origin, end, LOOP):
        shown = first if start == origin else later
        by_second.clear()
        for one in shown:
            by_second.setdefault(int(one.second), []).append(one)
        for second in range(int(LOOP_S)):
            at = start + second * SECOND
            if at >= end:
                return
            yield from _second(by_second.get(second, []), start, at, (at - origin) // SECOND)


def _second(
    seen: list[Seen], start: Micros, at: Micros, number: int
) -> Iterator[tuple[Micros, Sample]]:
    urgent, bulk = Sample(urgent=True), Sample()
    for one in seen:
        time = start + round(one.second * SECOND)
        detection = Detection(one.camera, time, one.kind, one.zone, one.score)
        (urgent if one.kind in URGENT_KINDS else bulk).detections.append(detection)
    if number % _REPORT_S == 0:
        bulk.readings += [Reading(camera, "luminance", at, 0.5) for camera in CAMERAS]
    for sample in (urgent, bulk):
        if len(sample):
            yield at + SECOND, sample


def _watch(camera: str, seed: int, cache: Path) -> Iterator[Seen]:
    zones = [Zone(name, FIRE_LANE, corners) for name, corners in camera_zones(camera).items()]
    watch, reporter = Watch(zones), Reporter()
    path = render(camera, seed, footage_path(cache, camera, seed))
    for loop in range(2):
        capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        for number in range(round(LOOP_S * FPS)):
            done, frame = capture.read()
            if not done:
                break
            second = loop * LOOP_S + number / FPS
            view = watch.see(as_picture(frame), second)
            for finding, _ in reporter.step(view.findings, second):
                yield Seen(camera, second, finding.kind, finding.zone, float(finding.score))
        capture.release()
