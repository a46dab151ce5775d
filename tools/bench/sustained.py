"""Sustained: publish to committed at 3,333 readings per second, ingest and hub running.

Ten batches a second from an agent and 340 simple messages a second carry, as their event time, the
moment of their publishing. A listener sees each commit as the hub does and takes the difference, so
that the figures hold everything between publishing and a follower's first sight of the commit.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psutil
import psycopg
from numpy.typing import NDArray
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5

from edge.wire import VERSION, Batch, Readings, batch_topic, device_topic, encode_batch
from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from ingest.feed import FEED_CHANNEL, decode_committed
from tools.bench import messages
from tools.bench.result import Goal, Result

SITE = "bench"
SECONDS = 60
RATE = 3333  # issue 3: what the best-known open hub publishes for four processors
BATCHES_PER_S = 10
ROWS_PER_BATCH = 300
MESSAGES_PER_BATCH = 34  # simple messages beside each batch; 10 x 334 = 3,340 readings a second
DEVICES = 300
GOAL_S = 0.3
_GRACE_S = 10


def run(seconds: str = str(SECONDS)) -> Result:
    """Percentiles of publish to committed, and the processor time of each part."""
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        server = stack.enter_context(EmbeddedPostgres(folder / "pg"))
        broker = stack.enter_context(EmbeddedBroker(folder / "mq"))
        migrate_store(server.url)
        environment = messages.worker_environment(server.url, broker.url, folder / "data")
        environment["GRIDWARDEN_HUB__PORT"] = "0"
        pids = [
            stack.enter_context(messages.running(command, environment))
            for command in (messages.worker_command(), _hub_command())
        ]
        parts = {"ingest": pids[0], "hub": pids[1], "broker": broker.pid or 0}
        parts["postgres"] = _postmaster(folder / "pg")
        before = {part: _processor_seconds(pid) for part, pid in parts.items()}
        listener = _Listener(server.url)
        sent, took = _publish(broker, int(seconds))
        delays = listener.delays(sent)
        used = {part: _processor_seconds(pid) - before[part] for part, pid in parts.items()}
    p50, p99 = (float(np.percentile(delays, q)) for q in (50, 99))
    figures = {
        "readings_per_s": sent / took,
        "seen_share": len(delays) / sent,
        "p50_s": p50,
        "p99_s": p99,
        "longest_s": float(delays.max()),
    }
    figures |= {f"processor_share_{part}": seconds / took for part, seconds in used.items()}
    figures["load_of_the_machine"] = os.getloadavg()[0]
    goals = {
        "p99_s": Goal(GOAL_S, p99, at_least=False),
        "readings_per_s": Goal(RATE, sent / took),
    }
    return Result("sustained", figures, goals=goals)


def _hub_command() -> list[str]:
    return [sys.executable, "-m", "gridwarden", "hub", "run"]


def _publish(broker: EmbeddedBroker, seconds: int) -> tuple[int, float]:
    """Publish at the even rate; returns how many readings went out, and in how many seconds."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="bench-sustained", protocol=MQTTv5)
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    begun = time.time()
    for seq in range(1, seconds * BATCHES_PER_S + 1):
        time.sleep(max(0, begun + seq / BATCHES_PER_S - time.time()))
        payload = encode_batch(batch(seq, time.time_ns() // 1000))
        client.publish(batch_topic(SITE, "bench", "bulk"), payload, qos=1)
        for number in range(MESSAGES_PER_BATCH):
            topic = device_topic(SITE, f"simple-{number}", "pressure")
            client.publish(topic, b'{"value": 0.3, "time": %.6f}' % time.time(), qos=1)
    took = time.time() - begun
    time.sleep(1)  # for the broker's acknowledgements, so that leaving drops nothing
    client.disconnect()
    client.loop_stop()
    return seconds * BATCHES_PER_S * (ROWS_PER_BATCH + MESSAGES_PER_BATCH), took


def batch(seq: int, now: int) -> Batch:
    """An agent's batch of readings of this moment."""
    rows = ROWS_PER_BATCH
    return Batch(
        version=VERSION,
        agent="bench",
        epoch=1,
        seq=seq,
        made=now,
        origin="live",
        devices=[f"bench-{number}" for number in range(DEVICES)],
        quantities=["pressure"],
        readings=Readings(
            device=(np.arange(rows) % DEVICES).astype("<u2").tobytes(),
            quantity=np.zeros(rows, dtype="<u2").tobytes(),
            time=np.full(rows, now, dtype="<i8").tobytes(),
            value=np.full(rows, 0.3, dtype="<f8").tobytes(),
        ),
        swipes=[],
        detections=[],
        states=[],
    )


class _Listener:
    """Follows the feed as the hub does, and notes when it first saw each reading."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._delays: list[NDArray[np.float64]] = []
        self._seen = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def delays(self, expected: int) -> NDArray[np.float64]:
        """Seconds from publishing to sight of every reading; waits for the last ones."""
        until = time.monotonic() + _GRACE_S
        while self._seen < expected and time.monotonic() < until:
            time.sleep(0.05)
        self._done.set()
        self._thread.join()
        return np.concatenate(self._delays)

    def _follow(self) -> None:
        query = "select position, payload from feed where position > %s order by position"
        position = 0
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"listen {FEED_CHANNEL}")
            while not self._done.is_set():
                list(connection.notifies(timeout=0.2, stop_after=1))
                fresh = connection.execute(query, [position], binary=True).fetchall()
                now = time.time_ns() // 1000
                for at, payload in fresh:
                    times = decode_committed(payload).readings.times()
                    self._delays.append((now - times) / 1e6)
                    self._seen += len(times)
                    position = at


def _postmaster(folder: Path) -> int:
    return int(next(folder.rglob("postmaster.pid")).read_text().split()[0])


def _processor_seconds(pid: int) -> float:
    process = psutil.Process(pid)
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total
