"""Replay: carry an access log through the same way as live swipes, each record once.

The log itself is the spool. Its batches are cut the same way every time and are named by an epoch
that is a hash of the log and of how it is read, so that a replay that was cut short is simply
started again: ingest drops what it has already. The same log replayed twice adds nothing.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b, file_digest
from itertools import islice
from pathlib import Path

from edge.assemble import clock_micros, open_link
from edge.link import Link
from edge.outbox import Outbox
from edge.pack import Unreadable
from edge.sample import Sample
from edge.sender import Sender
from edge.settings import EdgeSettings
from edge.spool import MEMORY, Spool
from edge.swipe_log import SwipeColumns, SwipeLogError, read_swipe_log
from edge.window import Window
from edge.wire import Swipe

RECORDS_AT_ONCE = 1000  # ours; part of what makes the cutting repeatable
PATIENCE_S = 30.0  # ours: how long ingest may acknowledge nothing
_AHEAD = 64  # batches that may wait in memory
_MEMORY_BYTES = 1 << 30  # never reached: nothing may be evicted
_AGE_S = 365 * 86_400

Progress = Callable[[int], None]


class ReplayError(Exception):
    """The replay ended before everything was acknowledged; starting it again is safe."""


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
    agent: str = "replay",
    progress: Progress = lambda _: None,
    stop: threading.Event | None = None,
    patience_s: float = PATIENCE_S,
) -> ReplayResult:
    """Publish a log's records and wait until the store has every one of them.

    `progress` is called with the number of records that the store has so far.

    Raises:
        SwipeLogError: the log cannot be read as a whole.
        ReplayError: stopped, or nothing was acknowledged for `patience_s`.
        ValueError: `broker_url` is none.
    """
    outbox = _outbox(agent, log_epoch(path, columns))
    link = open_link(
        broker_url, username, password,
        site=site, agent=agent, queue=2 * settings.in_flight,
        client_id=f"{site}-{agent}-{secrets.token_hex(4)}", announced=False,
    )  # fmt: skip
    window = Window(settings.in_flight, settings.resend_s)
    sender = Sender(outbox, window, link, site=site, agent=agent, monotonic=time.monotonic)
    carrier = _Carrier(outbox, sender, link, progress, stop or threading.Event(), patience_s)
    try:
        return carrier.carry(read_swipe_log(path, columns))
    finally:
        link.close()
        outbox.close()


def log_epoch(path: Path, columns: SwipeColumns) -> int:
    """63 bits of the hash of a log's bytes and of the way they are read; never 0.

    Raises:
        SwipeLogError: no such file.
    """
    try:
        with path.open("rb") as file:
            content = file_digest(file, "sha256").digest()
    except OSError as error:
        raise SwipeLogError(f"{path}: {error.strerror}") from error
    way = f"{path.name}\0{columns!r}\0{RECORDS_AT_ONCE}".encode()
    return int.from_bytes(blake2b(content + way, digest_size=8).digest()) >> 1 or 1


def _outbox(agent: str, epoch: int) -> Outbox:
    def spool(epoch: int | None) -> Spool:
        return Spool(
            MEMORY,
            agent=agent,
            max_bytes=_MEMORY_BYTES,
            max_age_s=_AGE_S,
            clock=clock_micros,
            origin="courier",
            epoch=epoch,
        )

    return Outbox(spool(epoch), spool(None))


class _Carrier:
    """One replay under way."""

    def __init__(
        self,
        outbox: Outbox,
        sender: Sender,
        link: Link,
        progress: Progress,
        stop: threading.Event,
        patience_s: float,
    ) -> None:
        self._outbox = outbox
        self._sender = sender
        self._link = link
        self._progress = progress
        self._stop = stop
        self._patience_s = patience_s

    def carry(self, records: Iterator[Swipe | Unreadable]) -> ReplayResult:
        swipes = rejected = 0
        self._link.start()
        while chunk := list(islice(records, RECORDS_AT_ONCE)):
            good = [record for record in chunk if isinstance(record, Swipe)]
            bad = [record for record in chunk if isinstance(record, Unreadable)]
            self._outbox.append([Sample(swipes=good)])
            self._outbox.append_unreadable(bad)
            swipes += len(good)
            rejected += len(bad)
            self._sender.pump()
            self._wait_until_fewer_than(_AHEAD)
        self._wait_until_fewer_than(1)
        return ReplayResult(swipes + rejected, swipes, rejected)

    def _wait_until_fewer_than(self, batches: int) -> None:
        done, since = self._outbox.counts.acknowledged, time.monotonic()
        while self._outbox.counts.batches >= batches:
            if self._stop.is_set():
                raise ReplayError("stopped; start the same replay again to finish it")
            if time.monotonic() - since > self._patience_s:
                raise ReplayError(
                    f"nothing acknowledged for {self._patience_s:.0f} s: is the broker reachable "
                    "and an ingest worker connected to it? Then start the same replay again"
                )
            self._sender.wait(0.1)
            self._sender.pump()
            if self._outbox.counts.acknowledged > done:
                done, since = self._outbox.counts.acknowledged, time.monotonic()
                self._progress(done)
