"""Replay: carry an access log through the same way as live swipes, each record once.

The log itself is the spool. Its batches are cut the same way every time and are named by an epoch
that is a hash of what the log says, so that a replay that was cut short is simply started again:
ingest drops what it has already. The same log replayed twice adds nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import msgspec

from edge.carry import PATIENCE_S, CarryError, Progress, carry
from edge.pack import Unreadable
from edge.sample import Sample
from edge.settings import EdgeSettings
from edge.swipe_log import SwipeColumns, read_swipe_log
from edge.tls import SYSTEM, Tls
from edge.wire import Swipe

__all__ = ["CarryError", "ReplayResult", "log_epoch", "replay_swipes"]

RECORDS_AT_ONCE = 1000  # ours; part of what makes the cutting repeatable


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What became of the records; `records == swipes + rejected`."""

    records: int
    swipes: int
    rejected: int


def replay_swipes(
    path: Path,
    columns: SwipeColumns,
    settings: EdgeSettings,
    *,
    site: str,
    broker_url: str,
    username: str | None = None,
    password: str | None = None,
    tls: Tls = SYSTEM,
    agent: str = "replay",
    progress: Progress = lambda _: None,
    stop: threading.Event | None = None,
    patience_s: float = PATIENCE_S,
) -> ReplayResult:
    """Publish a log's records and wait until the store has every one of them.

    `progress` is called with the number of records that the store has so far.

    Raises:
        SwipeLogError: the log cannot be read as a whole.
        CarryError: stopped, or nothing was acknowledged for `patience_s`.
        ValueError: `broker_url` is none, or a file for TLS can't be used.
    """
    chunks = _Chunks(read_swipe_log(path, columns))
    carry(
        chunks,
        settings,
        epoch=log_epoch(path, columns),
        agent=agent,
        site=site,
        broker_url=broker_url,
        username=username,
        password=password,
        tls=tls,
        progress=progress,
        stop=stop,
        patience_s=patience_s,
    )
    return ReplayResult(chunks.swipes + chunks.rejected, chunks.swipes, chunks.rejected)


def log_epoch(path: Path, columns: SwipeColumns) -> int:
    """63 bits of the hash of what the log says, however that was spelt; never 0.

    The log is read once for this alone: naming its content rather than its bytes and options lets
    a second replay with, say, the time format given double nothing.

    Raises:
        SwipeLogError: the log cannot be read as a whole.
    """
    content = blake2b(str(RECORDS_AT_ONCE).encode(), digest_size=8)
    for record in read_swipe_log(path, columns):
        if isinstance(record, Swipe):
            # A log has no reasons. Without their field it is the log that older versions replayed.
            content.update(msgspec.msgpack.encode(msgspec.structs.astuple(record)[:5]))
        else:
            content.update(msgspec.msgpack.encode((record.line, record.text)))
    return int.from_bytes(content.digest()) >> 1 or 1


class _Chunks:
    """A log's records in chunks for `carry`, counted as they go by."""

    def __init__(self, records: Iterator[Swipe | Unreadable]) -> None:
        self.swipes = 0
        self.rejected = 0
        self._records = records

    def __iter__(self) -> Iterator[list[Sample | Unreadable]]:
        while chunk := list(islice(self._records, RECORDS_AT_ONCE)):
            swipes = [record for record in chunk if isinstance(record, Swipe)]
            unreadable = [record for record in chunk if isinstance(record, Unreadable)]
            self.swipes += len(swipes)
            self.rejected += len(unreadable)
            yield [Sample(swipes=swipes), *unreadable]
