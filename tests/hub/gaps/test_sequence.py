from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.gaps.sequence import Fate, Record, Spooling, fate

COUNTS = st.integers(0, 1000)


def record(missing: int, epoch: int = 1) -> Record:
    return Record(epoch, 1, 5000, missing, 1, [])


@given(COUNTS, COUNTS, COUNTS, st.integers(1, 2))
def test_every_missing_batch_has_one_fate(
    missing: int, batches: int, evicted: int, epoch: int
) -> None:
    become = fate(record(missing), Spooling(epoch, batches, evicted))
    assert become.waiting + become.evicted + become.lost == missing
    assert min(become.waiting, become.evicted, become.lost) >= 0


def test_what_the_spool_may_hold_waits_and_the_rest_was_evicted_if_anything_was() -> None:
    assert fate(record(10), Spooling(1, 4, 300)) == Fate(waiting=4, evicted=6, lost=0)
    assert fate(record(10), Spooling(1, 4, 0)) == Fate(waiting=4, evicted=0, lost=6)
    assert fate(record(10), Spooling(1, 40, 300)) == Fate(waiting=10, evicted=0, lost=0)


def test_what_an_earlier_spool_held_is_lost() -> None:
    assert fate(record(10), Spooling(2, 40, 300)) == Fate(waiting=0, evicted=0, lost=10)
