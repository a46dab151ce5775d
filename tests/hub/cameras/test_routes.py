"""Live pictures through a real broker and a real hub; only the agent is played."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.look import Frame, Look, decode_look, encode_frame, frame_topic, look_topic
from hub.cameras.domain import LOOK_S
from hub.cameras.link import Broker
from tests.hub.make import RunningHub, client_of, running_hub
from tests.waiting import wait_until

AGENT, CAMERA = "agent-1", "camera-01"
SHOWN = b"\xff\xd8--frame\r\n\xff\xd9"  # holds what separates parts


class PlayedAgent:
    """Sends ten frames a second of a camera while it is looked at."""

    def __init__(self, broker_url: str, site: str, jpeg: bytes = SHOWN) -> None:
        self.looks: list[Look] = []
        self.jpeg = jpeg
        self._muted = False
        self._site = site
        self._until = 0.0
        self._done = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_message = self._heed
        address = urlsplit(broker_url)
        assert address.hostname is not None
        assert address.port is not None
        self._client.connect(address.hostname, address.port)
        self._client.subscribe(look_topic(site, AGENT), 0)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def _heed(self, _c: Client, _u: Any, message: MQTTMessage) -> None:
        look = decode_look(bytes(message.payload))
        self.looks.append(look)
        self._until = time.monotonic() + look.for_s

    def _send(self) -> None:
        sent = 0
        while not self._done.wait(0.1):
            if time.monotonic() < self._until and not self._muted:
                sent += 1
                frame = encode_frame(Frame(sent, self.jpeg))
                self._client.publish(frame_topic(self._site, AGENT, CAMERA), frame, qos=0)

    def mute(self) -> None:
        """Send no more, as a camera that broke."""
        self._muted = True

    def close(self) -> None:
        self._done.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()


def report(database_url: str, site: str) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute(
            "insert into agents (site, name, online, reported, state)"
            " values (%s, %s, true, now(), '{}')",
            (site, AGENT),
        )


@pytest.fixture
def site(request: pytest.FixtureRequest) -> str:
    return request.node.name[:60]


@pytest.fixture
def agent(broker_url: str, site: str) -> Iterator[PlayedAgent]:
    agent = PlayedAgent(broker_url, site)
    yield agent
    agent.close()


@contextmanager
def hub_with(database_url: str, broker_url: str | None) -> Generator[RunningHub]:
    broker = None if broker_url is None else Broker(broker_url)
    with running_hub(database_url, broker=broker) as hub:
        yield hub


def parts(lines: Iterator[bytes]) -> Iterator[tuple[dict[str, str], bytes]]:
    """Parts of a multipart answer, by their Content-Length."""
    held = b""
    for chunk in lines:
        held += chunk
        while b"\r\n\r\n" in held:
            head, _, rest = held.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            size = int(fields["Content-Length"])
            if len(rest) < size + 2:
                break
            yield fields, rest[:size]
            held = rest[size + 2 :]


def test_frames_reach_a_viewer_and_stop_when_it_leaves(
    site_url: str, broker_url: str, agent: PlayedAgent, site: str
) -> None:
    """SE-15 in part: live pictures, only while somebody looks."""
    report(site_url, site)
    with hub_with(site_url, broker_url) as hub:
        wait_until(lambda: hub.client.get("/api/cameras").json()["relay"]["linked"])
        assert agent.looks == []
        with hub.client.stream("GET", "/api/frames", params={"camera": CAMERA}) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "multipart/mixed; boundary=frame"
            assert answer.headers["x-accel-buffering"] == "no"
            told: list[bytes] = []
            times: list[int] = []
            for head, body in parts(answer.iter_raw()):
                if head["Content-Type"] == "image/jpeg":
                    assert head["X-Camera"] == CAMERA
                    assert body == SHOWN
                    times.append(int(head["X-Time"]))
                else:
                    told.append(body)
                if len(times) == 5:
                    break
        assert times == sorted(times)
        assert told == [
            b'{"camera":"camera-01","sight":"waiting"}',
            b'{"camera":"camera-01","sight":"live"}',
        ]
        assert agent.looks[0] == Look(CAMERA, LOOK_S)
        wait_until(lambda: agent.looks[-1] == Look(CAMERA, 0))
        relay = hub.client.get("/api/cameras").json()["relay"]
        assert (relay["viewers"], relay["watched"]) == (0, 0)
        assert relay["frames"] >= 5


def test_a_hub_without_a_broker_says_that_nothing_is_live(site_url: str) -> None:
    with (
        hub_with(site_url, None) as hub,
        hub.client.stream("GET", "/api/frames", params={"camera": CAMERA}) as answer,
    ):
        told = next(parts(answer.iter_raw()))
    assert told[1] == b'{"camera":"camera-01","sight":"no_link"}'


def test_only_cameras_of_the_site_are_shown(site_url: str) -> None:
    with hub_with(site_url, None) as hub:
        for wrong in ("hydrant-07", "camera-99"):
            answer = hub.client.get("/api/frames", params={"camera": wrong})
            assert answer.status_code == 404, wrong
        too_many = "&".join(f"camera=camera-{n}" for n in range(17))
        assert hub.client.get(f"/api/frames?{too_many}").status_code == 422


def test_cameras_are_listed_by_grid_with_their_newest_picture(
    site_url: str,
) -> None:
    """SE-15 in part: cameras by grid."""
    with psycopg.connect(site_url) as conn:
        conn.execute("insert into devices (name) values (%s) on conflict do nothing", (CAMERA,))
        day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        span = [day - timedelta(days=1), day + timedelta(days=2)]
        conn.execute("select add_partition('detections', %s, %s)", span)
        conn.execute(
            "insert into detections (device, time, kind, zone, score, snapshot, received)"
            " select id, now() - interval '1 minute' * n, 'fire', '', 1, %s, now()"
            " from devices, generate_series(1, 3) n where name = %s",
            (b"jpeg", CAMERA),
        )
    with hub_with(site_url, None) as hub:
        (camera,) = hub.client.get("/api/cameras", params={"grid": "C-1"}).json()["items"]
        assert hub.client.get("/api/cameras", params={"grid": "C-2"}).json()["items"] == []
        assert (camera["device"], camera["grid"]) == (CAMERA, "C-1")
        assert hub.client.get(camera["picture"]).content == b"jpeg"


def test_a_hub_stops_at_once_while_somebody_looks(site_url: str) -> None:
    with hub_with(site_url, None) as hub:
        client = client_of(hub.database_url, hub.url)
        with client.stream("GET", "/api/frames", params={"camera": CAMERA}) as answer:
            chunks = answer.iter_raw()
            next(chunks)
            started = time.monotonic()
            hub.server.should_exit = True
            for _ in chunks:
                pass
            assert time.monotonic() - started < 3
        client.close()
