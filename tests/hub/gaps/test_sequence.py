from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.wire import AgentState, Held
from hub.gaps.sequence import Fate, Record, Spooling, fate, spooling_of

COUNTS = st.integers(0, 1000)


def record(missing: int, epoch: int = 1) -> Record:
    return Record(epoch, 1, 5000, missing, 1, [])


def spooling(batches: int, *held: Held) -> Spooling:
    return Spooling({one.epoch: one for one in held}, batches)


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.integers(1, 2))
def test_every_missing_batch_has_one_fate(
    missing: int, batches: int, waiting: int, evicted: int, epoch: int
) -> None:
    become = fate(record(missing), spooling(batches, Held(epoch, waiting, evicted)))
    assert become.waiting + become.evicted + become.lost == missing
    assert min(become.waiting, become.evicted, become.lost) >= 0


def test_what_the_spool_may_hold_waits_what_it_pushed_out_was_evicted_and_the_rest_is_lost() -> (
    None
):
    assert fate(record(10), spooling(4, Held(1, 4, 6))) == Fate(waiting=4, evicted=6, lost=0)
    assert fate(record(10), spooling(4, Held(1, 4, 5))) == Fate(waiting=4, evicted=5, lost=1)
    assert fate(record(10), spooling(4, Held(1, 4))) == Fate(waiting=4, evicted=0, lost=6)
    assert fate(record(10), spooling(40, Held(1, 40, 9))) == Fate(waiting=10, evicted=0, lost=0)


def test_what_an_earlier_start_left_in_the_spool_waits() -> None:
    spool = spooling(7, Held(1, 4, 1), Held(2, 3))
    assert fate(record(10), spool) == Fate(waiting=4, evicted=1, lost=5)


def test_what_a_replaced_spool_held_is_lost() -> None:
    assert fate(record(10), spooling(40, Held(2, 40, 9))) == Fate(waiting=0, evicted=0, lost=10)


def test_what_waits_of_epochs_that_a_report_does_not_name_may_be_the_missing() -> None:
    assert fate(record(10), spooling(43, Held(2, 40, 9))) == Fate(waiting=3, evicted=0, lost=7)


def test_a_report_of_an_older_agent_names_its_one_epoch() -> None:
    older = AgentState(agent="a", online=True, epoch=1, spooled_batches=4, evicted=300)
    assert spooling_of(older) == spooling(4, Held(1, 4, 300))
    newer = AgentState(
        agent="a", online=True, epoch=2, spooled_batches=4, evicted=300, held=[Held(1, 4, 6)]
    )
    assert spooling_of(newer) == spooling(4, Held(1, 4, 6))
