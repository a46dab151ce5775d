"""Ingest: how fast readings get into the store, beside the plain COPY and beside what others use.

In one run, on one durable server, into tables of one shape: (a) a COPY of prepared rows, the
ceiling; (b) agents' batches end to end, publish to committed; (c) simple devices' messages of one
reading each, QoS 1; (d) the same messages taken by peers. The rounds take turns, and each figure is
the median of its rounds. Every subject is measured alone, with a broker of its own in (c) and (d).
"""

from __future__ import annotations

import statistics
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
from tools.bench import messages
from tools.bench.peers import PEERS, Peer, PeerUnavailableError
from tools.bench.result import Goal, Result

SITE = "bench"
BATCHES = 400
ROWS_PER_BATCH = 1000
DEVICES = 200
MESSAGES = 60_000
REPEATS = 5
TIMEOUT_S = 120
BATCHES_TO_COPY = 0.6  # issue 3: batches end to end reach this share of the plain COPY
MESSAGES_TO_PEERS = 1.0  # issue 3: one reading per message, durable, is as fast as the best peer
CLIENTS = ("lean", "paho")
_TELEGRAF = (
    "d Telegraf (mqtt_consumer to postgresql): not measured here: it comes as a binary of its own, "
    "which none of the registries has that this bench installs from"
)


def run() -> Result:
    """Medians in rows per second, and the ratios that the goals speak of."""
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedPostgres(folder / "pg") as server:
            migrate_store(server.url)
            messages.prepare(server.url)
            peers, notes = _available(server.url)
            ceiling, batches, kind = _batches_beside_copy(server.url, folder)
            rates = _messages_beside_peers(server.url, folder, peers)
    ours = max(rates[client] for client in CLIENTS)
    best = max((rates[peer.name] for peer in peers), default=0)
    share = batches / ceiling
    ratios = {"batches_to_copy": share}
    goals = {"batches_to_copy": Goal(BATCHES_TO_COPY, share)}
    if best:
        ratios["messages_to_best_peer"] = ours / best
        ratios["messages_paho_to_best_peer"] = rates["paho"] / best
        ratios |= {
            f"messages_{client}_to_{peer.name}": rates[client] / rates[peer.name]
            for client in CLIENTS
            for peer in peers
        }
        goals["messages_to_best_peer"] = Goal(MESSAGES_TO_PEERS, ours / best)
    figures = {"a_copy_rows_per_s": ceiling, f"b_batches_rows_per_s_{kind}": batches}
    figures |= {f"c_messages_{client}_per_s": rates[client] for client in CLIENTS}
    figures |= {f"d_{peer.name}_per_s": rates[peer.name] for peer in peers}
    return Result("ingest", figures, ratios, goals, notes)


def _available(database_url: str) -> tuple[list[Peer], list[str]]:
    found: list[Peer] = []
    notes = [
        "c: durable (acknowledged after the commit): yes; repeats stored once: yes",
        _TELEGRAF,
    ]
    for peer in PEERS:
        try:
            peer.command(1, database_url)
        except PeerUnavailableError as error:
            notes.append(f"d {peer.name}: left out, {error}")
            continue
        found.append(peer)
        words = ["no", "yes"]
        notes.append(
            f"d {peer.name}: {peer.what}; durable: {words[peer.durable]}; "
            f"repeats stored once: {words[peer.deduplicated]}"
        )
    return found, notes


def _batches_beside_copy(database_url: str, folder: Path) -> tuple[float, float, str]:
    copies: list[float] = []
    batches: list[float] = []
    with EmbeddedBroker(folder / "mq") as broker:
        environment = messages.worker_environment(database_url, broker.url, folder / "data")
        with messages.running(messages.worker_command(), environment):
            for epoch in range(1, REPEATS + 1):
                batches.append(_publish(database_url, broker.url, epoch))
                copies.append(_copy(database_url))
        return statistics.median(copies), statistics.median(batches), broker.kind


def _messages_beside_peers(database_url: str, folder: Path, peers: list[Peer]) -> dict[str, float]:
    rates: dict[str, list[float]] = {}
    for number in range(REPEATS):
        for client in CLIENTS:
            rates.setdefault(client, []).append(
                _take_messages(database_url, folder / f"{client}-{number}", client, number)
            )
        for peer in peers:
            rates.setdefault(peer.name, []).append(
                _take_messages(database_url, folder / f"{peer.name}-{number}", peer, number)
            )
    return {name: statistics.median(each) for name, each in rates.items()}


def _take_messages(database_url: str, folder: Path, subject: Peer | str, number: int) -> float:
    messages.clear(database_url)
    with EmbeddedBroker(folder) as broker:
        if isinstance(subject, Peer):
            command, environment = subject.command(broker.port, database_url), None
            table = "peer_readings"
        else:
            command, table = messages.worker_command(), "readings"
            environment = messages.worker_environment(
                database_url, broker.url, folder / "data", client=subject
            )
        with messages.running(command, environment):
            return messages.publish_and_wait(database_url, broker, table, number, MESSAGES)


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
