"""Latency: from an event's publishing to its case, with the campus plan's rules, at full load.

The simulated campus's 60 hydrants and 150 smoke detectors send 3,340 readings a second through
ingest, the feed and the hub. Every half second a hydrant is knocked over (bulk) and a smoke
detector alarms (urgent), some milliseconds apart. Each carries the moment of its publishing as
event time; a listener takes the difference when it first sees the event in a committed case.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, LiteralString

import numpy as np
import psycopg
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5

from edge.columns import Reading
from edge.sample import Sample, cut_batch
from edge.simulate.devices import EAST, WEST
from edge.simulate.world import World, build_world
from edge.wire import batch_topic, device_topic, encode_batch
from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from hub.cases.store import CASES_CHANNEL
from hub.sites.store import load_site
from ingest.feed import FEED_CHANNEL, decode_committed
from tools.bench import messages
from tools.bench.result import Goal, Result
from tools.evaluate.site import document_of

SITE = "bench"
SECONDS = 60
BATCHES_PER_S = 10
READINGS_PER_BATCH = 300
MESSAGES_PER_BATCH = 34  # simple messages beside each batch, as in `sustained`
EVENT_EVERY = 5  # batches
GOAL_CASE_S = 0.3
GOAL_ALARM_S = 0.2
_UPRIGHT_AFTER = 10  # batches: a hydrant that was set up again can be knocked over again
_GRACE_S = 5.0
_CACHE = Path(".bench/campus")

_EVENTS: LiteralString = """
    select position, data->>'rule', (data->>'started')::bigint from hub.case_events
    where position > %s and data ? 'started' order by position"""
_FEED: LiteralString = "select position, payload from feed where position > %s order by position"
_RULES = {"hydrant_knocked": "case", "smoke_alarm": "alarm"}


def run(seconds: str = str(SECONDS)) -> Result:
    """Percentiles of event to case, for bulk and for alarms."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    world = build_world(1, _CACHE)
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        server = stack.enter_context(EmbeddedPostgres(folder / "pg"))
        broker = stack.enter_context(EmbeddedBroker(folder / "mq"))
        migrate_store(server.url)
        asyncio.run(_load(server.url, world))
        environment = messages.worker_environment(server.url, broker.url, folder / "data")
        environment["GRIDWARDEN_HUB__PORT"] = "0"
        for command in (messages.worker_command(), [*_GRIDWARDEN, "hub", "run"]):
            stack.enter_context(messages.running(command, environment))
        listener = _Listener(server.url)
        published, rate = _publish(broker, world, int(seconds))
        listener.stop(published)
    figures = {"readings_per_s": rate, "load_of_the_machine": os.getloadavg()[0]}
    goals = {"readings_per_s": Goal(3333, rate)}
    for what, goal in (("case", GOAL_CASE_S), ("alarm", GOAL_ALARM_S)):
        seen = {at: delay for at, (kind, delay) in listener.in_case.items() if kind == what}
        figures |= _percentiles(what, list(seen.values()))
        hub = [delay - listener.committed[at] for at, delay in seen.items()]
        figures |= _percentiles(f"{what}, of it the hub", hub)
        p99 = figures.get(f"{what} p99 s")
        goals[f"{what} p99 s"] = Goal(goal, p99, at_least=False)
    goals["events in cases"] = Goal(float(len(published)), float(len(listener.in_case)))
    return Result("latency", figures, goals=goals)


def _percentiles(what: str, delays: list[float]) -> dict[str, float]:
    if not delays:
        return {}
    p50, p99, most = (float(np.percentile(delays, share)) for share in (50, 99, 100))
    return {f"{what} p50 s": p50, f"{what} p99 s": p99, f"{what} longest s": most}


_GRIDWARDEN = [sys.executable, "-m", "gridwarden"]


async def _load(url: str, world: World) -> None:
    async with await psycopg.AsyncConnection.connect(url) as conn:
        await load_site(conn, document_of(world))


class _Campus:
    """What the devices say; every agent has its own."""

    def __init__(self, world: World) -> None:
        self.hydrants = [device.id for device in world.of_kind("hydrant")]
        self.detectors = [device.id for device in world.of_kind("smoke")]
        self.agents = {device.id: device.agent for device in world.devices}

    def beat(self, now: int, agent: str) -> Sample:
        """Everything in good order; both agents together make a batch of the bench."""
        readings = [
            Reading(device, quantity, now, value)
            for devices, quantity, value in (
                (self.hydrants, "pressure", 0.3),
                (self.hydrants, "flow", 0.0),
                (self.detectors, "obscuration", 0.4),
                (self.detectors[: READINGS_PER_BATCH - 270], "alarm", 0.0),
            )
            for device in devices
            if self.agents[device] == agent
        ]
        return Sample(readings)


def _publish(
    broker: EmbeddedBroker, world: World, seconds: int
) -> tuple[set[tuple[str, int]], float]:
    """The rules and moments of the events that went out, and how many readings a second."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="bench-latency", protocol=MQTTv5)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    campus, published = _Campus(world), set[tuple[str, int]]()
    seqs = dict.fromkeys((WEST, EAST), 0)
    sent, leaning = 0, dict[int, str]()

    def send(agent: str, sample: Sample, now: int) -> None:
        nonlocal sent
        seqs[agent] += 1
        batch = cut_batch(sample, agent=agent, epoch=1, seq=seqs[agent], made=now)
        channel = "urgent" if sample.urgent else "bulk"
        client.publish(batch_topic(SITE, agent, channel), encode_batch(batch), qos=1)
        sent += len(sample)

    begun = time.time()
    for number in range(seconds * BATCHES_PER_S):
        time.sleep(max(0, begun + number / BATCHES_PER_S - time.time()))
        now = time.time_ns() // 1000
        samples = {agent: campus.beat(now, agent) for agent in seqs}
        event, happens = divmod(number, EVENT_EVERY)
        if number in leaning:
            upright = leaning.pop(number)
            samples[campus.agents[upright]].readings.append(Reading(upright, "tilt", now, 0.0))
        if not happens:
            knocked = campus.hydrants[event % len(campus.hydrants)]
            samples[campus.agents[knocked]].readings.append(Reading(knocked, "tilt", now, 40.0))
            leaning[number + _UPRIGHT_AFTER] = knocked
            published.add(("hydrant_knocked", now))
        for agent, sample in samples.items():
            send(agent, sample, now)
        for simple in range(MESSAGES_PER_BATCH):
            topic = device_topic(SITE, f"simple-{simple}", "pressure")
            client.publish(topic, b'{"value": 0.3, "time": %.6f}' % time.time(), qos=1)
        sent += MESSAGES_PER_BATCH
        if not happens and event < len(campus.detectors):
            time.sleep((number * 7919) % 90 / 1000)  # an alarm keeps to nobody's beat
            now, detector = time.time_ns() // 1000, campus.detectors[event]
            alarm = Reading(detector, "alarm", now, 1.0)
            send(campus.agents[detector], Sample([alarm], urgent=True), now)
            published.add(("smoke_alarm", now))
    took = time.time() - begun
    time.sleep(1)  # for the broker's acknowledgements, so that leaving drops nothing
    client.disconnect()
    client.loop_stop()
    return published, sent / took


class _Listener:
    """Sees the feed as the hub does and cases as the desk does: woken by commits, asking for news.

    Both are noted by the event's moment.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.committed: dict[int, float] = {}
        self.in_case: dict[int, tuple[str, float]] = {}
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow, args=follow)
            for follow in (
                (CASES_CHANNEL, _EVENTS, self._note_case),
                (FEED_CHANNEL, _FEED, self._note_commit),
            )
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, published: set[tuple[str, int]]) -> None:
        """Wait for the last of what was published."""
        moments, until = {at for _, at in published}, time.monotonic() + _GRACE_S
        while moments - self.in_case.keys() and time.monotonic() < until:
            time.sleep(0.05)
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _follow(
        self, channel: str, query: LiteralString, note: Callable[[tuple[Any, ...], int], None]
    ) -> None:
        position = 0
        with psycopg.connect(self._url, autocommit=True) as conn:
            conn.execute(f"listen {channel}")  # pyright: ignore[reportArgumentType]
            while not self._done.is_set():
                list(conn.notifies(timeout=0.2, stop_after=1))
                rows = conn.execute(query, [position], binary=True).fetchall()
                now = time.time_ns() // 1000
                for row in rows:
                    position = row[0]
                    note(row, now)

    def _note_case(self, row: tuple[Any, ...], now: int) -> None:
        _, rule, started = row
        if rule in _RULES:
            self.in_case.setdefault(started, (_RULES[rule], (now - started) / 1e6))

    def _note_commit(self, row: tuple[Any, ...], now: int) -> None:
        readings = decode_committed(row[1]).readings
        for at in set(readings.times().tolist()):
            self.committed.setdefault(at, (now - at) / 1e6)
