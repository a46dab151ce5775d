"""What the tests of ingest send: batches and the writer's ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from edge.columns import Reading
from edge.sample import Sample, cut_batch
from edge.wire import Batch, Detection, DeviceState, Micros, Swipe, batch_topic, encode_batch
from ingest.arrival import Arrival, DeadLetter, Entry, Identity, Message, Refusal
from ingest.claim import claim
from ingest.clock import DAY
from ingest.decode import Decoder
from ingest.person import PersonKeys
from ingest.rollup import RollUps
from ingest.settings import IngestSettings
from ingest.write import Tally, Writer

NOW: Micros = 1_795_000_000_000_000  # 2026-11-18
OLD = NOW - 20 * DAY
SECOND = 1_000_000
KEY = b"a key for nothing but these tests"
SITE = "campus"
AGENT = "agent-1"
EPOCH = 77


def settings(**changes: int) -> IngestSettings:
    return IngestSettings.model_validate(changes)


def decoder(epoch: int = 5, **changes: int) -> Decoder:
    return Decoder(settings(**changes), PersonKeys(KEY), epoch)


def readings(count: int, *, device: str = "hydrant-01", start: Micros = NOW) -> list[Reading]:
    return [Reading(device, "pressure", start + n, 0.3 + n / 1e6) for n in range(count)]


def batch(
    seq: int = 1,
    readings: Iterable[Reading] = (),
    *,
    swipes: Iterable[Swipe] = (),
    detections: Iterable[Detection] = (),
    states: Iterable[DeviceState] = (),
    agent: str = AGENT,
    origin: Any = "live",
) -> Batch:
    sample = Sample(list(readings), list(swipes), list(detections), list(states))
    return cut_batch(sample, agent=agent, epoch=EPOCH, seq=seq, made=NOW, origin=origin)


def decoded(made: Batch, received: Micros = NOW) -> Entry:
    topic = batch_topic(SITE, made.agent, "bulk")
    return decoder().decode(topic, encode_batch(made), received)


def arrival(made: Batch) -> Arrival:
    entry = decoded(made)
    assert isinstance(entry, Arrival)
    return entry


def rows(url: str, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(sql.SQL(query), parameters).fetchall()  # type: ignore[arg-type]


def count(url: str, table: str) -> int:
    return rows(url, f"select count(*) from {table}")[0][0]


def on_timescale(url: str) -> bool:
    """Whether the database's raw tables are TimescaleDB's."""
    return bool(rows(url, "select from pg_extension where extname = 'timescaledb'"))


def parts(url: str, table: str) -> list[str]:
    """The partitions or chunks that a raw table has."""
    query = "select inhrelid::regclass::text from pg_inherits where inhparent = %s::regclass"
    return sorted(name for (name,) in rows(url, query, [table]))


def write_all(url: str, sent: Sequence[Entry], lot: int = 7) -> Tally:
    """Write entries as a worker does, some at a time."""
    writer = Writer(max_unregistered=100)
    with psycopg.connect(url, autocommit=True) as conn:
        lots = (sent[at : at + lot] for at in range(0, len(sent), lot))
        return sum((writer.write(conn, entries) for entries in lots), Tally())


def roll_up(url: str, oldest: Micros = 0) -> int:
    """Bring the roll-ups up to date, by whichever means the database has."""
    aggregates = ("readings_1m", "readings_1h") if on_timescale(url) else ()
    with psycopg.connect(url, autocommit=True) as conn:
        for table in aggregates:
            conn.execute("call refresh_continuous_aggregate(%s, null, null)", [table])
        return RollUps().catch_up(conn, oldest=oldest)


def message(seq: int, *, agent: str = "a", epoch: int = 1, received: Micros = OLD) -> Message:
    """A message of two items with an identity, as a claim sees it."""
    letter = DeadLetter(received, "t", "r", b"", items=2)
    return Refusal(letter, Identity(agent, epoch, seq), None, "live")


def claimed(conn: psycopg.Connection, *messages: Message) -> list[int]:
    """Claim messages; the numbers of those that were new."""
    with conn.transaction():
        return [m.identity.seq for m in claim(conn, messages) if m.identity is not None]
