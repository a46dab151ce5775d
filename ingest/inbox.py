"""Inbox: decoded messages on their way from the broker's thread to the writer, in order, bounded.

A full inbox holds the broker's thread back, and with it the broker: nothing is dropped.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from threading import Condition, Event
from typing import NamedTuple

from ingest.arrival import Entry, Report
from ingest.plain import Handful

MAX_LOT_ITEMS = 100_000  # ours: about a third of a second of writing, so that alarms wait no longer
MAX_LOT_BYTES = 16 << 20  # ours: as MAX_LOT_ITEMS, for messages that are one large dead letter
MAX_INBOX_BYTES = 64 << 20  # ours: as received; decoded they take a few times as much
ENOUGH_MESSAGES = 100  # rumqttd sends no more before it hears of these; others may
FULL_MESSAGES = 2_000  # ours: of more, a commit's own cost is less than a tenth
LULL_S = 0.002  # ours: about what a commit costs whatever is in it
_STOP_CHECK_S = 0.2


class Delivery(NamedTuple):
    """A decoded message, or a run of them, and what the broker needs to hear to forget it.

    `mids` are the numbers of those `messages` that want an acknowledgement. `session` tells one
    connection to the broker from the next: numbers hold for one only. `size` is the payloads', in
    bytes; `since` is the monotonic clock's.
    """

    entry: Entry | Handful
    urgent: bool
    mids: Sequence[int]
    messages: int
    session: int
    size: int
    since: float

    @property
    def items(self) -> int:
        """How much work it is to write."""
        if isinstance(self.entry, (Handful, Report)):
            return self.messages
        return 1 + self.entry.items


class Inbox:
    """Gathers deliveries into lots: urgent ones leave at once, the rest within the flush time."""

    def __init__(
        self,
        *,
        max_messages: int,
        flush_s: float,
        lull_s: float = LULL_S,
        max_bytes: int = MAX_INBOX_BYTES,
    ) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._flush_s = flush_s
        self._lull_s = lull_s
        self._waiting: deque[Delivery] = deque()
        self._messages = self._bytes = 0
        self._changed = Condition()

    def __len__(self) -> int:
        return self._messages

    def put(self, deliveries: Sequence[Delivery], stop: Event) -> bool:
        """Add deliveries in order, waiting for room for each; False if `stop` came first.

        An empty inbox has room for any delivery.
        """
        with self._changed:
            for delivery in deliveries:
                while not self._has_room(delivery):
                    if stop.is_set():
                        return False
                    self._changed.notify_all()
                    self._changed.wait(_STOP_CHECK_S)
                self._waiting.append(delivery)
                self._messages += delivery.messages
                self._bytes += delivery.size
            self._changed.notify_all()
        return True

    def gather(self, wait_s: float) -> list[Delivery]:
        """The next lot in order of arrival; empty if nothing came within `wait_s`.

        A lot is complete when its first message has waited for the flush time, when it is large,
        or when nothing more is waiting and it holds an urgent message or is full. One that holds as
        many messages as some brokers send at most before they are acknowledged waits for more only
        as long as there is no lull.
        """
        lot: list[Delivery] = []
        items = size = messages = 0
        urgent = False
        with self._changed:
            while items < MAX_LOT_ITEMS and size < MAX_LOT_BYTES:
                if not self._waiting and not self._wait(
                    self._patience(lot, wait_s, messages, urgent=urgent)
                ):
                    break
                delivery = self._waiting.popleft()
                self._messages -= delivery.messages
                self._bytes -= delivery.size
                lot.append(delivery)
                items += delivery.items
                size += delivery.size
                messages += delivery.messages
                urgent = urgent or delivery.urgent
            self._changed.notify_all()
        return lot

    def _wait(self, patience: float) -> bool:
        """Whether something more came while the lot could wait."""
        if patience <= 0:
            return False
        self._changed.notify_all()
        return self._changed.wait_for(lambda: bool(self._waiting), patience)

    def _has_room(self, delivery: Delivery) -> bool:
        if not self._waiting:
            return True
        return (
            self._messages + delivery.messages <= self._max_messages
            and self._bytes + delivery.size <= self._max_bytes
        )

    def _patience(
        self, lot: list[Delivery], wait_s: float, messages: int, *, urgent: bool
    ) -> float:
        if not lot:
            return wait_s
        if urgent or messages >= FULL_MESSAGES:
            return 0
        left = lot[0].since + self._flush_s - time.monotonic()
        return min(left, self._lull_s) if messages >= ENOUGH_MESSAGES else left
