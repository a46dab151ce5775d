"""Inbox: decoded messages on their way from the broker's thread to the writer, in order, bounded.

A full inbox holds the broker's thread back, and with it the broker: nothing is dropped.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from threading import Condition, Event

from ingest.arrival import Entry, Report

MAX_LOT_ITEMS = 100_000  # ours: about a third of a second of writing, so that alarms wait no longer
MAX_LOT_BYTES = 16 << 20  # ours: as MAX_LOT_ITEMS, for messages that are one large dead letter
MAX_INBOX_BYTES = 64 << 20  # ours: as received; decoded they take a few times as much
ENOUGH_MESSAGES = 100  # rumqttd sends no more before it hears of these; others may
_STOP_CHECK_S = 0.2


@dataclass(frozen=True, slots=True)
class Delivery:
    """A decoded message and what the broker needs to hear to forget it.

    `session` tells one connection to the broker from the next: message numbers hold for one only.
    `size` is the payload's, in bytes.
    """

    entry: Entry
    urgent: bool
    mid: int
    qos: int
    session: int
    size: int
    since: float = field(default_factory=time.monotonic)

    @property
    def items(self) -> int:
        """How much work it is to write."""
        return 1 if isinstance(self.entry, Report) else 1 + self.entry.items


class Inbox:
    """Gathers deliveries into lots: urgent ones leave at once, the rest within the flush time."""

    def __init__(
        self, *, max_messages: int, flush_s: float, max_bytes: int = MAX_INBOX_BYTES
    ) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._flush_s = flush_s
        self._waiting: deque[Delivery] = deque()
        self._bytes = 0
        self._changed = Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, delivery: Delivery, stop: Event) -> bool:
        """Add a delivery, waiting for room; False if `stop` came first.

        An empty inbox has room for any delivery.
        """
        with self._changed:
            while not self._has_room(delivery.size):
                if stop.is_set():
                    return False
                self._changed.wait(_STOP_CHECK_S)
            self._waiting.append(delivery)
            self._bytes += delivery.size
            self._changed.notify_all()
        return True

    def gather(self, wait_s: float) -> list[Delivery]:
        """The next lot in order of arrival; empty if nothing came within `wait_s`.

        A lot is complete when its first message has waited for the flush time, when it is large,
        or when nothing more is waiting and it holds an urgent message or as many messages as some
        brokers send at most before they are acknowledged.
        """
        lot: list[Delivery] = []
        items = size = 0
        while items < MAX_LOT_ITEMS and size < MAX_LOT_BYTES:
            delivery = self._take(self._patience(lot, wait_s))
            if delivery is None:
                break
            lot.append(delivery)
            items += delivery.items
            size += delivery.size
        return lot

    def _take(self, wait_s: float) -> Delivery | None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._waiting, wait_s):
                return None
            delivery = self._waiting.popleft()
            self._bytes -= delivery.size
            self._changed.notify_all()
        return delivery

    def _has_room(self, size: int) -> bool:
        if not self._waiting:
            return True
        return len(self._waiting) < self._max_messages and self._bytes + size <= self._max_bytes

    def _patience(self, lot: list[Delivery], wait_s: float) -> float:
        if not lot:
            return wait_s
        if len(lot) >= ENOUGH_MESSAGES or any(delivery.urgent for delivery in lot):
            return 0
        return max(0, lot[0].since + self._flush_s - time.monotonic())
