"""Ingest: agents' batches end to end, publish to committed, beside the plain COPY of the same rows.

Both write the same rows into the same table of the same durable server in one run. The COPY is the
ceiling: rows already packed, one statement, no broker, no identities, no feed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psycopg
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5

from edge.wire import VERSION, Batch, Readings, batch_topic, encode_batch
from gridwarden.embedded.broker import EmbeddedBroker
from gridwarden.embedded.postgres import EmbeddedPostgres
from gridwarden.store import migrate_store
from ingest import copying
from tools.bench.result import Goal, Result

SITE = "bench"
BATCHES = 400
ROWS_PER_BATCH = 1000
DEVICES = 200
REPEATS = 5
TIMEOUT_S = 120
GOAL = 0.6  # issue 3: batches end to end reach this share of the plain COPY


def run() -> Result:
    """Medians of five runs each, in rows per second, and their ratio."""
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedPostgres(folder / "pg") as server, EmbeddedBroker(folder / "mq") as broker:
            migrate_store(server.url)
            batches = statistics.median(_end_to_end(server.url, broker.url, folder))
            ceiling = statistics.median(_copy(server.url) for _ in range(REPEATS))
            kind = broker.kind
    share = batches / ceiling
    return Result(
        bench="ingest",
        figures={
            "copy_rows_per_s": ceiling,
            f"batches_rows_per_s_{kind}": batches,
            "rows_per_batch": ROWS_PER_BATCH,
        },
        ratios={"batches_to_copy": share},
        goals={"batches_to_copy": Goal(GOAL, share)},
    )


def _end_to_end(database_url: str, broker_url: str, folder: Path) -> list[float]:
    environment = os.environ | {
        "GRIDWARDEN_DATABASE__URL": database_url,
        "GRIDWARDEN_BROKER__URL": broker_url,
        "GRIDWARDEN_PERSON_KEY": "bench" * 8,
        "GRIDWARDEN_DATA_DIR": str(folder / "data"),
    }
    command = [sys.executable, "-m", "gridwarden", "ingest", "run"]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert worker.stdout is not None
        worker.stdout.readline()
        return [_publish(database_url, broker_url, epoch) for epoch in range(1, REPEATS + 1)]
    finally:
        worker.terminate()
        worker.wait(30)


def _publish(database_url: str, broker_url: str, epoch: int) -> float:
    payloads = [encode_batch(_batch(epoch, seq)) for seq in range(1, BATCHES + 1)]
    host, port = broker_url.removeprefix("mqtt://").split(":")
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"bench-{epoch}", protocol=MQTTv5)
    client.max_inflight_messages_set(64)
    client.connect(host, int(port))
    client.loop_start()
    with psycopg.connect(database_url, autocommit=True) as connection:
        begun = time.perf_counter()
        for payload in payloads:
            client.publish(batch_topic(SITE, "bench", "bulk"), payload, qos=1)
        while _committed(connection, epoch) < BATCHES:
            if time.perf_counter() - begun > TIMEOUT_S:
                raise TimeoutError(f"ingest did not commit {BATCHES} batches in {TIMEOUT_S} s")
            time.sleep(0.005)
        seconds = time.perf_counter() - begun
    client.disconnect()
    client.loop_stop()
    return BATCHES * ROWS_PER_BATCH / seconds


def _committed(connection: psycopg.Connection[tuple[int]], epoch: int) -> int:
    query = "select count(*) from batches where agent = 'bench' and epoch = %s"
    row = connection.execute(query, [epoch]).fetchone()
    return row[0] if row else 0


def _batch(epoch: int, seq: int) -> Batch:
    device, moments, values = _columns(epoch, seq)
    return Batch(
        version=VERSION,
        agent="bench",
        epoch=epoch,
        seq=seq,
        made=int(moments[-1]),
        origin="live",
        devices=[f"bench-{number}" for number in range(DEVICES)],
        quantities=["pressure"],
        readings=Readings(
            device=device.astype("<u2").tobytes(),
            quantity=np.zeros(ROWS_PER_BATCH, dtype="<u2").tobytes(),
            time=moments.astype("<i8").tobytes(),
            value=values.astype("<f8").tobytes(),
        ),
        swipes=[],
        detections=[],
        states=[],
    )


def _columns(epoch: int, seq: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng((epoch, seq))
    device = np.arange(ROWS_PER_BATCH) % DEVICES
    start = int(time.time() - 3600 * (REPEATS + 2 - epoch)) * 1_000_000
    moments = start + seq * 1_000_000 + np.arange(ROWS_PER_BATCH) // DEVICES * 100_000
    return device, moments, 0.3 + random.normal(0, 0.01, ROWS_PER_BATCH)


def _copy(database_url: str) -> float:
    parts = [_columns(0, seq) for seq in range(1, BATCHES + 1)]
    device, moments, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    rows = len(device)
    data = copying.copy_data(
        [
            copying.timestamptz(moments),
            copying.integer(device + 1),
            copying.smallint(np.ones(rows, dtype=np.int64)),
            copying.float8(values),
            copying.timestamptz(moments),
        ]
    )
    statement = "copy readings (time, device, quantity, value, received) from stdin (format binary)"
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        begun = time.perf_counter()
        with cursor.copy(statement) as copy:
            copy.write(data)
        connection.commit()
        return rows / (time.perf_counter() - begun)
