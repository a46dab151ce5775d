from __future__ import annotations

from edge.trial import Trial
from edge.wire import Ack, Batch, LinkTest, decode_batch


def trial(rounds: int = 3) -> Trial:
    return Trial("north", lambda: 9, rounds=rounds, limit_s=5, pause_s=10)


def batch_due(one: Trial, now: float) -> Batch:
    payload = one.due(now)
    assert payload is not None
    return decode_batch(payload)


def test_rounds_follow_one_another_and_their_trips_are_told() -> None:
    one, epochs = trial(), set[int]()
    one.begin(100)
    result = None
    for seq, trip in ((1, 0.01), (2, 0.03), (3, 0.02)):
        batch = batch_due(one, 100)
        assert (batch.agent, batch.seq, batch.origin, len(batch)) == ("north", seq, "trial", 0)
        assert one.due(100) is None
        epochs.add(batch.epoch)
        assert result is None
        result = one.note(Ack(batch.epoch, [seq]), 100 + trip)
    assert result == LinkTest(tested=9, passed=True, rounds=3, median_ms=20.0, slowest_ms=30.0)
    assert len(epochs) == 1
    assert one.due(200) is None


def test_nothing_is_tested_before_it_begins_or_after_the_link_is_lost() -> None:
    one = trial()
    assert one.due(1) is None
    one.begin(1)
    batch = batch_due(one, 1)
    one.stop()
    assert one.note(Ack(batch.epoch, [1]), 2) is None
    assert (one.due(3), one.expired(99)) == (None, None)


def test_a_round_that_is_not_acknowledged_fails_the_test_and_another_follows() -> None:
    one = trial()
    one.begin(0)
    first = batch_due(one, 0)
    assert one.expired(4.9) is None
    result = one.expired(5)
    assert result is not None
    assert (result.passed, result.rounds) == (False, 0)
    assert "test batch 1 of 3" in result.reason
    assert one.due(14.9) is None
    second = batch_due(one, 15)
    assert (second.epoch, second.seq) == (first.epoch, 1)


def test_no_seq_is_left_out_between_tests() -> None:
    one, seqs = trial(2), list[int]()
    for now in (0, 100):
        one.begin(now)
        for _ in range(2):
            batch = batch_due(one, now)
            seqs.append(batch.seq)
            one.note(Ack(batch.epoch, [batch.seq]), now)
    assert seqs == [1, 2, 3, 4]


def test_acknowledgements_of_other_batches_count_for_nothing() -> None:
    one = trial(1)
    one.begin(0)
    batch = batch_due(one, 0)
    assert one.note(Ack(batch.epoch + 1, [1]), 1) is None
    assert one.note(Ack(batch.epoch, [2]), 1) is None
    assert one.note(Ack(batch.epoch, [1, 2]), 1) is not None
    assert one.note(Ack(batch.epoch, [1]), 2) is None


def test_a_test_that_is_asked_for_meanwhile_starts_over() -> None:
    one = trial(2)
    one.begin(0)
    first = batch_due(one, 0)
    one.begin(1)
    again = batch_due(one, 1)
    assert (again.epoch, again.seq) == (first.epoch, 1)
