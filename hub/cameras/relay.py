"""Relay: frames from memory to those who look; nothing is stored, nobody waits for anybody.

Everything here runs in the hub's one event loop. A viewer that is slow is given the newest frame
of each camera and misses those between, which are counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Protocol

import msgspec

from edge.look import Frame, Look
from hub.cameras.domain import LOOK_S, MOST_VIEWERS, Sight, Watch, renewals, sight


class Target(msgspec.Struct, frozen=True):
    """Where a camera's agent is heard."""

    site: str
    agent: str


class FrameLink(Protocol):
    """The way to the agents and back; both ways may lose what they carry."""

    @property
    def linked(self) -> bool:
        """Whether there is a broker."""
        ...

    def follow(self, camera: str, target: Target) -> None:
        """Let this camera's frames come."""
        ...

    def leave(self, camera: str, target: Target) -> None:
        """Let them come no more."""
        ...

    def look(self, look: Look, target: Target) -> None:
        """Tell the agent that somebody looks."""
        ...


class TooManyViewersError(RuntimeError):
    """So many look already as one hub serves."""


class Viewer:
    """One page that looks at some cameras."""

    def __init__(self, cameras: Mapping[str, Target]) -> None:
        self.cameras = cameras
        self.dropped = 0
        self._frames: dict[str, Frame] = {}
        self._told: dict[str, Sight] = {}
        self._news = asyncio.Event()

    def put(self, camera: str, frame: Frame) -> bool:
        """Keep the newest frame of a camera; whether another one was lost by it."""
        lost = camera in self._frames
        self.dropped += lost
        self._frames[camera] = frame
        self._news.set()
        return lost

    def wake(self) -> None:
        """Let the viewer look again at what it knows."""
        self._news.set()

    async def wait(self, seconds: float) -> dict[str, Frame]:
        """New frames by camera, after so many seconds at most."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return {}
        self._news.clear()
        frames, self._frames = self._frames, {}
        return frames

    def changed(self, sights: Mapping[str, Sight]) -> dict[str, Sight]:
        """The cameras of which this viewer was told otherwise."""
        news: dict[str, Sight] = {
            one: seen for one, seen in sights.items() if self._told.get(one) != seen
        }
        self._told.update(news)
        return news


class Counts(msgspec.Struct):
    """What the relay has done since the hub began."""

    frames: int = 0
    bytes: int = 0
    dropped_by_agents: int = 0
    dropped_for_viewers: int = 0
    refused_viewers: int = 0


class Relay:
    """Cameras that are looked at, and by whom."""

    def __init__(
        self, link: FrameLink | None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Without a link nothing is ever live."""
        self.counts = Counts()
        self.closed = False
        self._link = link
        self._monotonic = monotonic
        self._viewers: set[Viewer] = set()
        self._watched: dict[str, Watch] = {}
        self._targets: dict[str, Target] = {}
        self._renewed: dict[str, float] = {}
        self._dropped: dict[str, int] = {}

    @property
    def viewers(self) -> int:
        """How many pages look."""
        return len(self._viewers)

    @property
    def watched(self) -> int:
        """How many cameras are looked at."""
        return len(self._watched)

    @property
    def linked(self) -> bool:
        """Whether frames can come at all."""
        return self._link is not None and self._link.linked

    @contextmanager
    def view(self, cameras: Mapping[str, Target]) -> Generator[Viewer]:
        """Look at some cameras while the block runs.

        Raises:
            TooManyViewersError: `MOST_VIEWERS` look already.
        """
        if len(self._viewers) >= MOST_VIEWERS:
            self.counts.refused_viewers += 1
            raise TooManyViewersError
        viewer = Viewer(cameras)
        self._viewers.add(viewer)
        try:
            for camera, target in cameras.items():
                self._begin(camera, target)
            self.renew()
            yield viewer
        finally:
            self._viewers.discard(viewer)
            self._end(cameras)

    def received(self, camera: str, frame: Frame) -> None:
        """Take in a frame of a camera."""
        watch = self._watched.get(camera)
        if watch is None:
            return
        self._watched[camera] = msgspec.structs.replace(watch, last=self._monotonic())
        self.counts.frames += 1
        self.counts.bytes += len(frame.jpeg)
        self.counts.dropped_by_agents += max(0, frame.dropped - self._dropped.get(camera, 0))
        self._dropped[camera] = frame.dropped
        for viewer in self._viewers:
            if camera in viewer.cameras:
                self.counts.dropped_for_viewers += viewer.put(camera, frame)

    def sights(self, viewer: Viewer) -> dict[str, Sight]:
        """Whether each camera of a viewer is live, or why not."""
        now, linked = self._monotonic(), self.linked
        return {one: sight(self._watched[one], linked=linked, now=now) for one in viewer.cameras}

    def renew(self) -> None:
        """Tell the agents again that somebody looks, where it is due."""
        if self._link is None:
            return
        now = self._monotonic()
        for camera in renewals(self._watched, self._renewed, now):
            self._renewed[camera] = now
            self._link.look(Look(camera, LOOK_S), self._targets[camera])

    def close(self) -> None:
        """Let all viewers end: the hub stops."""
        self.closed = True
        for viewer in self._viewers:
            viewer.wake()

    def _begin(self, camera: str, target: Target) -> None:
        if camera in self._watched:
            return
        self._watched[camera] = Watch(self._monotonic())
        self._targets[camera] = target
        if self._link is not None:
            self._link.follow(camera, target)

    def _end(self, cameras: Mapping[str, Target]) -> None:
        still = {camera for viewer in self._viewers for camera in viewer.cameras}
        for camera in [one for one in cameras if one in self._watched and one not in still]:
            target = self._targets.pop(camera)
            del self._watched[camera]
            self._renewed.pop(camera, None)
            self._dropped.pop(camera, None)
            if self._link is not None:
                self._link.look(Look(camera, 0), target)
                self._link.leave(camera, target)
