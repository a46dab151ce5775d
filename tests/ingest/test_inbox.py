from __future__ import annotations

import threading
import time

from edge.wire import AgentState
from ingest.arrival import Report
from ingest.inbox import (
    ENOUGH_MESSAGES,
    FULL_MESSAGES,
    MAX_LOT_BYTES,
    Delivery,
    Inbox,
)
from tests.ingest.make import NOW

_REPORT = Report("campus", AgentState(agent="a", online=True), NOW, retained=False)
_NEVER = threading.Event()


def delivery(mid: int, *, urgent: bool = False, size: int = 0) -> Delivery:
    return Delivery(_REPORT, urgent, [mid], 1, 1, size, time.monotonic())


def mids(lot: list[Delivery]) -> list[int]:
    return [mid for each in lot for mid in each.mids]


def test_bulk_messages_leave_together_within_the_flush_time() -> None:
    inbox = Inbox(max_messages=10, flush_s=0.1)
    start = time.monotonic()
    for mid in range(3):
        inbox.put([delivery(mid)], _NEVER)
    assert mids(inbox.gather(1)) == [0, 1, 2]
    assert 0.09 <= time.monotonic() - start < 0.5


def test_an_urgent_message_takes_what_waits_before_and_behind_it_and_leaves() -> None:
    inbox = Inbox(max_messages=10, flush_s=60)
    for mid in range(4):
        inbox.put([delivery(mid, urgent=mid == 2)], _NEVER)
    start = time.monotonic()
    assert mids(inbox.gather(1)) == [0, 1, 2, 3]
    assert time.monotonic() - start < 0.5


def test_messages_that_waited_for_the_last_commit_do_not_wait_again() -> None:
    inbox = Inbox(max_messages=10, flush_s=0.2)
    inbox.put([delivery(1)], _NEVER)
    time.sleep(0.25)
    start = time.monotonic()
    assert mids(inbox.gather(1)) == [1]
    assert time.monotonic() - start < 0.1


def test_nothing_comes_of_nothing() -> None:
    assert Inbox(max_messages=1, flush_s=60).gather(0.01) == []


def test_a_full_inbox_holds_its_sender_until_there_is_room_or_an_end() -> None:
    inbox = Inbox(max_messages=1, flush_s=0)
    stop = threading.Event()
    assert inbox.put([delivery(1)], stop)
    results: list[bool] = []
    sender = threading.Thread(
        target=lambda: results.extend(inbox.put([delivery(mid)], stop) for mid in (2, 3))
    )
    sender.start()
    sender.join(0.1)
    assert results == []
    assert mids(inbox.gather(1))[:1] == [1]
    stop.set()
    sender.join(5)
    assert results == [True, False]


def test_large_messages_fill_an_inbox_like_many_small_ones() -> None:
    inbox = Inbox(max_messages=100, flush_s=0, max_bytes=100)
    stop = threading.Event()
    assert inbox.put([delivery(1, size=1000)], stop)  # larger than all room: alone it may pass
    sender = threading.Thread(
        target=lambda: [inbox.put([delivery(mid, size=60)], stop) for mid in (2, 3)]
    )
    sender.start()
    sender.join(0.1)
    assert len(inbox) == 1
    lots = [mids(inbox.gather(1)) for _ in range(3)]
    assert lots == [[1], [2], [3]]
    sender.join(5)


def test_a_lot_is_complete_when_its_bytes_are_many() -> None:
    inbox = Inbox(max_messages=100, flush_s=60)
    for mid in range(4):
        inbox.put([delivery(mid, size=MAX_LOT_BYTES // 2)], _NEVER)
    assert mids(inbox.gather(1)) == [0, 1]


def test_a_broker_that_waits_for_acknowledgements_is_not_kept_waiting_for_the_flush() -> None:
    inbox = Inbox(max_messages=500, flush_s=60)
    for mid in range(ENOUGH_MESSAGES):
        assert inbox.put([delivery(mid)], _NEVER)
    began = time.monotonic()
    assert len(inbox.gather(1)) == ENOUGH_MESSAGES
    assert time.monotonic() - began < 1


def test_a_stream_of_messages_fills_a_lot_until_there_is_a_lull() -> None:
    inbox = Inbox(max_messages=10_000, flush_s=60, lull_s=0.5)
    inbox.put([delivery(mid) for mid in range(ENOUGH_MESSAGES)], _NEVER)
    lots: list[list[Delivery]] = []
    writer = threading.Thread(target=lambda: lots.append(inbox.gather(1)))
    writer.start()
    time.sleep(0.05)
    inbox.put([delivery(ENOUGH_MESSAGES)], _NEVER)
    writer.join(5)
    assert mids(lots[0]) == list(range(ENOUGH_MESSAGES + 1))


def test_a_full_lot_does_not_wait_for_a_lull() -> None:
    inbox = Inbox(max_messages=10_000, flush_s=60, lull_s=60)
    inbox.put([delivery(mid) for mid in range(FULL_MESSAGES)], _NEVER)
    began = time.monotonic()
    assert len(inbox.gather(1)) == FULL_MESSAGES
    assert time.monotonic() - began < 1
