"""Inbox: decoded messages on their way from the broker's thread to the writer, in order, bounded.

A full inbox holds the broker's thread back, and with it the broker: nothing is dropped.
"""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass, field
from threading import Event

from ingest.arrival import Entry, Report

MAX_LOT_ITEMS = 100_000  # ours: about a third of a second of writing, so that alarms wait no longer
ENOUGH_MESSAGES = 100  # rumqttd sends no more before it hears of these; others may
_STOP_CHECK_S = 0.2


@dataclass(frozen=True, slots=True)
class Delivery:
    """A decoded message and what the broker needs to hear to forget it.

    `session` tells one connection to the broker from the next: message numbers hold for one only.
    """

    entry: Entry
    urgent: bool
    mid: int
    qos: int
    session: int
    since: float = field(default_factory=time.monotonic)

    @property
    def items(self) -> int:
        """How much work it is to write."""
        return 1 if isinstance(self.entry, Report) else 1 + self.entry.items


class Inbox:
    """Gathers deliveries into lots: urgent ones leave at once, the rest within the flush time."""

    def __init__(self, *, max_messages: int, flush_s: float) -> None:
        self._queue: queue.Queue[Delivery] = queue.Queue(max_messages)
        self._flush_s = flush_s

    def __len__(self) -> int:
        return self._queue.qsize()

    def put(self, delivery: Delivery, stop: Event) -> bool:
        """Add a delivery, waiting for room; False if `stop` came first."""
        while not stop.is_set():
            try:
                self._queue.put(delivery, timeout=_STOP_CHECK_S)
            except queue.Full:
                continue
            return True
        return False

    def gather(self, wait_s: float) -> list[Delivery]:
        """The next lot in order of arrival; empty if nothing came within `wait_s`.

        A lot is complete when its first message has waited for the flush time, when it is large,
        or when nothing more is waiting and it holds an urgent message or as many messages as some
        brokers send at most before they are acknowledged.
        """
        lot: list[Delivery] = []
        items = 0
        while items < MAX_LOT_ITEMS:
            try:
                delivery = self._queue.get(timeout=self._patience(lot, wait_s))
            except queue.Empty:
                break
            lot.append(delivery)
            items += delivery.items
        return lot

    def _patience(self, lot: list[Delivery], wait_s: float) -> float:
        if not lot:
            return wait_s
        if len(lot) >= ENOUGH_MESSAGES or any(delivery.urgent for delivery in lot):
            return 0
        return max(0, lot[0].since + self._flush_s - time.monotonic())
