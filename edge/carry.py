"""Carry: records of the past through the same way as live ones, each once.

What is carried is cut into batches the same way every time, under an epoch that names exactly this
content, so that a carrying that was cut short is simply started again: ingest drops what it has
already. The source itself is the spool.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from edge.assemble import clock_micros, open_link
from edge.link import Link
from edge.outbox import Outbox
from edge.pack import Unreadable
from edge.sample import Sample
from edge.sender import Sender
from edge.settings import EdgeSettings
from edge.spool import MEMORY, Spool
from edge.tls import SYSTEM, Tls
from edge.window import Window

PATIENCE_S = 30.0  # ours: how long ingest may acknowledge nothing
_AHEAD = 64  # batches that may wait in memory
_MEMORY_BYTES = 1 << 30  # never reached: nothing may be evicted
_AGE_S = 365 * 86_400

Progress = Callable[[int], None]


class CarryError(Exception):
    """The carrying ended before everything was acknowledged; starting it again is safe."""


def carry(
    chunks: Iterable[Sequence[Sample | Unreadable]],
    settings: EdgeSettings,
    *,
    epoch: int,
    agent: str,
    site: str,
    broker_url: str,
    username: str | None = None,
    password: str | None = None,
    tls: Tls = SYSTEM,
    progress: Progress = lambda _: None,
    stop: threading.Event | None = None,
    patience_s: float = PATIENCE_S,
) -> int:
    """Publish chunks as origin `courier` and wait until the store has them; returns the items.

    The same `epoch` must always come with the same chunks. `progress` is called with the number
    of items that the store has so far.

    Raises:
        CarryError: stopped, or nothing was acknowledged for `patience_s`.
        ValueError: `broker_url` is none, or a file for TLS can't be used.
    """
    outbox = _outbox(agent, epoch)
    link = open_link(
        broker_url, username, password,
        site=site, agent=agent, queue=2 * settings.in_flight,
        client_id=f"{site}-{agent}-{secrets.token_hex(4)}", announced=False, tls=tls,
    )  # fmt: skip
    window = Window(settings.in_flight, settings.resend_s)
    sender = Sender(outbox, window, link, site=site, agent=agent, monotonic=time.monotonic)
    carrier = _Carrier(outbox, sender, link, progress, stop or threading.Event(), patience_s)
    try:
        return carrier.carry(chunks)
    finally:
        link.close()
        outbox.close()


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

    def carry(self, chunks: Iterable[Sequence[Sample | Unreadable]]) -> int:
        self._link.start()
        for chunk in chunks:
            self._outbox.append([part for part in chunk if isinstance(part, Sample)])
            self._outbox.append_unreadable([part for part in chunk if isinstance(part, Unreadable)])
            self._sender.pump()
            self._wait_until_fewer_than(_AHEAD)
        self._wait_until_fewer_than(1)
        return self._outbox.counts.made

    def _wait_until_fewer_than(self, batches: int) -> None:
        done, since = self._outbox.counts.acknowledged, time.monotonic()
        while self._outbox.counts.batches >= batches:
            if self._stop.is_set():
                raise CarryError("stopped; start the same again to finish it")
            if time.monotonic() - since > self._patience_s:
                raise CarryError(
                    f"nothing acknowledged for {self._patience_s:.0f} s: is the broker reachable "
                    "and an ingest worker connected to it? Then start the same again"
                )
            self._sender.wait(0.1)
            self._sender.pump()
            if self._outbox.counts.acknowledged > done:
                done, since = self._outbox.counts.acknowledged, time.monotonic()
                self._progress(done)
