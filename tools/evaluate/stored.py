"""Stored: the batches of a run as the feed keeps them, to be judged again without ticks or signs.

One record is a batch's payload after its length, four bytes, little endian.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from hub.anomalies.domain import Anomaly
from hub.anomalies.engine import Engine
from hub.anomalies.replay import Found, Taken, Tick, replay
from ingest.feed import CommittedBatch, decode_committed, encode_committed

_LENGTH = 4


def storing(steps: Iterable[Taken | Tick], file: Path) -> Iterator[Taken | Tick]:
    """The same steps; their batches are written to the file as they go by."""
    with file.open("wb") as out:
        for step in steps:
            if isinstance(step, Taken):
                payload = encode_committed(step.batch)
                out.write(len(payload).to_bytes(_LENGTH, "little") + payload)
            yield step


def stored(file: Path) -> Iterator[CommittedBatch]:
    """The batches of a file, in the order in which they were committed."""
    with file.open("rb") as source:
        while length := source.read(_LENGTH):
            yield decode_committed(source.read(int.from_bytes(length, "little")))


def replayed(engine: Engine, batches: Iterable[CommittedBatch], end: int) -> list[Found]:
    """What a backtest finds in the batches: time passes with their receipts, then up to the end."""

    def steps() -> Iterator[Taken | Tick]:
        for batch in batches:
            yield Taken(batch.received, batch)
        yield Tick(end)

    return list(replay(engine, steps()))


def differing(one: Iterable[Found], other: Iterable[Found]) -> list[Any]:
    """The anomalies that only one of two runs has, byte for byte as JSON."""
    left, right = (
        {msgspec.json.encode(f.finding) for f in found if isinstance(f.finding, Anomaly)}
        for found in (one, other)
    )
    return [msgspec.json.decode(anomaly) for anomaly in sorted(left ^ right)]
